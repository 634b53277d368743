"""What earlier sweeps and studies have found, told to a search before it is asked for anything."""
