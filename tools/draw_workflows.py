"""Draw the shipped workflows into `docs/pictures/`; run it when a workflow has changed."""

from pathlib import Path

from kamflow import read_policy
from kamflow.analysis.diagram import svg

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"


def main() -> None:
    """Write one SVG for each workflow."""
    pack = read_policy("kam-core")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for workflow in pack.workflows.values():
        picture = PICTURES / f"{workflow.id}.svg"
        picture.write_text(svg(pack, workflow), encoding="utf-8")
        print(f"docs/pictures/{picture.name}")


if __name__ == "__main__":
    main()
