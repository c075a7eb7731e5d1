"""Hand-written servers on loopback that speak the protocols of the services behind the edge."""
