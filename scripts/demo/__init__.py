"""The demo province: three schools of Huế with their people and a month of mornings."""
