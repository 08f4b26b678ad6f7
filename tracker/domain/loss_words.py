"""The clinic's words for why a visit was lost on its day."""

from tracker.domain.words import LossCause

CAUSE_WORDS = {
    LossCause.DID_NOT_COME: "did not come, nothing known",
    LossCause.ILL: "ill: fever, infection",
    LossCause.CONDITION_CHANGED: "condition or a result has changed",
    LossCause.NOT_PREPARED: "instructions not followed: food, drink, medicines",
    LossCause.DECLINED: "does not want it, or not now",
    LossCause.NO_WAY_HERE: "no way to come, or nobody to take the patient home",
    LossCause.NO_LONGER_NEEDED: "no longer needed",
    LossCause.EVALUATION_INCOMPLETE: "examinations not complete",
    LossCause.NO_AUTHORIZATION: "no prior auth, or payment not settled",
    LossCause.PAPERS_MISSING: "consent or papers missing",
    LossCause.BEHIND_SCHEDULE: "no time left: the list ran over",
    LossCause.NO_BED: "no bed",
    LossCause.EQUIPMENT_MISSING: "drug, implant or equipment missing",
    LossCause.STAFF_MISSING: "somebody of the team missing",
    LossCause.EMERGENCY: "an emergency came first",
    LossCause.SCHEDULING_ERROR: "booked or told wrongly",
    LossCause.BROKEN_OFF: "broken off after it had begun: nothing was put in",
    LossCause.OTHER: "something else",
}
