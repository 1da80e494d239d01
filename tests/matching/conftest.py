"""What is tested here hangs on durable-rules: with it its process, without it what happens then."""

from tests.matching.packages import INSTALLED

collect_ignore = [
    "test_without_the_package.py" if INSTALLED else "test_faults.py",
    *([] if INSTALLED else ["test_process.py", "test_soak.py"]),
]
