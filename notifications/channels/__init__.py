"""The ways out of the house. Each sender answers with what its caller now owes."""
