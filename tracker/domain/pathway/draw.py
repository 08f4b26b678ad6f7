"""The diagram of a pathway as SVG: phases are columns, stages boxes, steps arrows.

The same text always comes from the same file, so the copy in ``docs`` can be compared. Attributes and classes only,
because the pages' policy allows no inline style; a stylesheet may override every colour by class. Steps into and out
of closed stages and recorded deviations are left to the table beside it: drawn, they would hide the way.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from html import escape

from tracker.domain.pathway.definition import Pathway, Stage, Transition

BOX_WIDTH, BOX_HEIGHT, ROW, CLOSED_ROW, GAP = 172, 46, 84, 56, 112
LEFT, TOP, LANE = 40, 92, 9


_ROOT = 'role="img" class="pathway" font-family="system-ui, sans-serif" font-size="13" aria-labelledby="pathway-title"'
_ARROW_HEAD = (
    '<defs><marker id="pathway-head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
    'markerUnits="userSpaceOnUse" orient="auto">'
    '<path class="pathway-head" d="M0 0 L8 4 L0 8 z" fill="#44546a"/></marker></defs>'
)


@dataclass
class _Lanes:
    """Hands out parallel lines so that no two arrows lie on each other; arrows of one step share theirs, like a bus."""

    taken: dict[object, list[str]] = field(default_factory=lambda: defaultdict(list))

    def take(self, where: object, step: str) -> int:
        lane = self.taken[where]
        if step not in lane:
            lane.append(step)
        return lane.index(step)

    def port(self, where: object, step: str) -> int:
        """Offsets from the middle of a side: 0, 9, -9, 18 …"""
        number = self.take(where, step)
        return (number + 1) // 2 * LANE * (1 if number % 2 else -1)


@dataclass(frozen=True)
class _Place:
    """A box on the sheet, by its column, row and upper left corner."""

    stage: Stage
    column: int
    row: int
    x: int
    y: int


class _Sheet:
    """One drawing: where the boxes stand, and which lines are taken."""

    def __init__(self, pathway: Pathway) -> None:
        self.pathway, self.lanes = pathway, _Lanes()
        self.places = {place.stage.name: place for place in _places(pathway)}
        self.bottom = max(place.y for place in self.places.values()) + BOX_HEIGHT + 26
        self.width = LEFT + len(pathway.phases) * (BOX_WIDTH + GAP)

    def steps(self) -> list[tuple[Transition, str]]:
        """Every drawn step with the points of its arrow, one for each pair of stages."""
        stages, drawn = self.pathway.stages, dict[tuple[str, str], Transition]()
        for edge in self.pathway.transitions:
            if stages[edge.source].is_open and stages[edge.target].is_open and not edge.is_deviation:
                drawn.setdefault((edge.source, edge.target), edge)
        return [(edge, self._points(edge)) for edge in drawn.values()]

    def _points(self, edge: Transition) -> str:
        start, end = self.places[edge.source], self.places[edge.target]
        if start.column == end.column and end.row == start.row + 1:
            middle = start.x + BOX_WIDTH // 2
            return _line((middle, start.y + BOX_HEIGHT), (middle, end.y))
        to_the_right = (end.column, end.row) > (start.column, start.row)
        leaves = BOX_WIDTH if to_the_right else 0
        enters = leaves if start.column == end.column else BOX_WIDTH - leaves
        out, back = self._port(start, leaves, edge), self._port(end, enters, edge)
        first = self._lane(start.column + to_the_right, edge)
        points = [(start.x + leaves, out), (first, out)]
        if abs(end.column - start.column) > 1:
            # Above the boxes on the way forward, below them on the way back.
            level = TOP - 24 - self._level("above", edge) if to_the_right else self.bottom + self._level("below", edge)
            last = self._lane(end.column + (not to_the_right), edge)
            points += [(first, level), (last, level), (last, back)]
        else:
            points.append((first, back))
        return _line(*points, (end.x + enters, back))

    def _level(self, where: str, edge: Transition) -> int:
        return LANE * self.lanes.take(where, edge.name)

    def _lane(self, column: int, edge: Transition) -> int:
        """The next free vertical line in the gap left of a column."""
        return LEFT + column * (BOX_WIDTH + GAP) - 20 - LANE * self.lanes.take(("gap", column), edge.name)

    def _port(self, place: _Place, side: int, edge: Transition) -> int:
        is_end = place.stage.name == edge.target
        # Half a lane apart, so that arrows from the two sides of a gap do not lie on each other.
        middle = place.y + BOX_HEIGHT // 2 + (LANE // 2 if side else -(LANE // 2))
        return middle + self.lanes.port((place.stage.name, side), f"{edge.name} {is_end}")

    @property
    def height(self) -> int:
        """The height of the sheet once every arrow is drawn."""
        return self.bottom + LANE * len(self.lanes.taken["below"]) + 40


def _places(pathway: Pathway) -> list[_Place]:
    found = []
    for column, phase in enumerate(pathway.phases):
        step = ROW if phase != "closed" else CLOSED_ROW
        stages = [stage for stage in pathway.stages.values() if stage.phase == phase]
        for row, stage in enumerate(stages):
            found.append(_Place(stage, column, row, LEFT + column * (BOX_WIDTH + GAP), TOP + row * step))
    return found


def _line(*points: tuple[int, int]) -> str:
    return " ".join(f"{'L' if at else 'M'}{x} {y}" for at, (x, y) in enumerate(points))


def draw(pathway: Pathway) -> str:
    """The diagram as one SVG document, ending with a newline."""
    sheet = _Sheet(pathway)
    arrows = [_arrow(pathway, edge, points) for edge, points in sheet.steps()]
    phases = [_phase(column, label) for column, label in enumerate(pathway.phases.values())]
    boxes = [_box(place) for place in sheet.places.values()]
    title = escape(f"{pathway.label}, version {pathway.version}")
    size = f'width="{sheet.width}" height="{sheet.height}"'
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {sheet.width} {sheet.height}" {_ROOT}>',
            f'<title id="pathway-title">{title}: phases are columns, stages boxes, steps arrows</title>',
            f'<rect class="pathway-ground" {size} fill="#ffffff"/>',
            _ARROW_HEAD,
            *arrows,
            *phases,
            *boxes,
            _legend(sheet.height),
            "</svg>\n",
        )
    )


def _arrow(pathway: Pathway, edge: Transition, points: str) -> str:
    is_next = pathway.stages[edge.source].next == edge.name
    classes = "pathway-step" + (" pathway-next" if is_next else "") + ("" if edge.is_automatic else " pathway-by-hand")
    dashes = "" if edge.is_automatic else ' stroke-dasharray="6 3"'
    width = "2.2" if is_next else "1.2"
    return (
        f'<path class="{classes}" d="{points}" fill="none" stroke="#44546a" stroke-width="{width}"{dashes} '
        f'stroke-linejoin="round" marker-end="url(#pathway-head)"><title>{escape(edge.label)}</title></path>'
    )


def _phase(column: int, label: str) -> str:
    x = LEFT + column * (BOX_WIDTH + GAP)
    text = f'<text class="pathway-phase" x="{x}" y="26" font-size="15" font-weight="bold" fill="#1b2433">'
    return f"{text}{escape(label)}</text>"


def _box(place: _Place) -> str:
    stage, state = place.stage, "open" if place.stage.is_open else "closed"
    height, fill = (BOX_HEIGHT, "#eef3fa") if stage.is_open else (BOX_HEIGHT - 10, "#f4f4f2")
    lines = _wrapped(stage.label)
    first = place.y + height // 2 + (5 if len(lines) == 1 else -3)
    texts = "".join(
        f'<text class="pathway-label" x="{place.x + BOX_WIDTH // 2}" y="{first + 15 * at}" text-anchor="middle" '
        f'fill="#1b2433">{escape(line)}</text>'
        for at, line in enumerate(lines)
    )
    return (
        f'<g class="pathway-stage pathway-{state}"><title>{escape(stage.label)}</title>'
        f'<rect x="{place.x}" y="{place.y}" width="{BOX_WIDTH}" height="{height}" rx="6" fill="{fill}" '
        f'stroke="#44546a"/>{texts}</g>'
    )


def _wrapped(label: str) -> list[str]:
    """One line, or two of about the same length."""
    if len(label) <= 24:
        return [label]
    words = label.split()
    cut = min(range(1, len(words)), key=lambda at: abs(len(" ".join(words[:at])) - len(label) // 2))
    return [" ".join(words[:cut]), " ".join(words[cut:])]


def _legend(height: int) -> str:
    text = "Thick: the next step. Solid: taken with the fact that completes it. Dashed: a person takes it. "
    text += "Closing, reopening and recorded deviations: see the table."
    return (
        f'<text class="pathway-legend" x="{LEFT}" y="{height - 14}" font-size="12" fill="#44546a">{escape(text)}</text>'
    )
