"""What of a service knows of Ray: its nodes, and coordinators that are jobs of a cluster."""
