"""Where configuration comes from: everything that reads files or networks lives here."""
