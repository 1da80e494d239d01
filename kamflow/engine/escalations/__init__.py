"""What follows from rules and timers: escalations, tasks, notices, states beside the stage."""
