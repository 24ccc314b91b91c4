"""Attack paths: from where an attacker comes in to what an attacker wants, each step with what says so."""
