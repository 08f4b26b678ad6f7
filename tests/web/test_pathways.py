"""The pathway page says what the file says."""

import html

from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.pathways.catalogue import current


class TestPathway:
    def test_names_every_stage_number_and_checklist_item(self, world: WebWorld) -> None:
        body = html.unescape(world.sign_in(Role.THERAPIST).get("/pathways/itb").get_data(as_text=True))
        pathway = current()
        said = [stage.label for stage in pathway.stages.values() if stage.is_open]
        said += [each.source for each in pathway.parameters.values()]
        said += [item.label for items in pathway.checklists.values() for item in items]
        assert [each for each in said if each not in body] == []

    def test_folds_the_steps_by_the_stage_that_they_leave(self, world: WebWorld) -> None:
        body = world.sign_in(Role.THERAPIST).get("/pathways/itb").get_data(as_text=True)
        pathway = current()
        leaving = {edge.source for edge in pathway.transitions if not edge.is_deviation}
        summaries = " ".join(part.partition("</summary>")[0] for part in body.split("<details")[2:])
        assert "Several stages" in summaries
        alone = [stage.label for stage in pathway.stages.values() if stage.name in leaving and stage.name == "referred"]
        assert alone and [label for label in alone if label not in summaries] == []
        assert "<details open" not in body

    def test_says_what_no_clinician_has_approved(self, world: WebWorld) -> None:
        body = world.sign_in(Role.THERAPIST).get("/pathways/itb").get_data(as_text=True)
        assert f"Not clinically approved: {len(current().unapproved)} numbers" in body
        assert body.count("not approved</span>") == len(current().unapproved)

    def test_has_a_diagram(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.THERAPIST)
        assert browser.get("/pathways").headers["Location"] == "/pathways/itb"
        response = browser.get("/pathways/itb/diagram.svg")
        assert response.mimetype == "image/svg+xml" and "<svg" in response.get_data(as_text=True)

    def test_of_another_name_is_not_found(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.THERAPIST)
        assert browser.get("/pathways/none").status_code == 404
        assert browser.get("/pathways/none/diagram.svg").status_code == 404
