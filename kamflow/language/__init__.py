"""From the text of policy files to checked values, with a place for every problem."""
