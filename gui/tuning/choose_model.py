"""Another model for dictation: asked about where it is worse, said, and with a way back."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from engine.paths import model_name, shipped_checkpoint
from gui.core.i18n import _, decimal
from gui.session.session import Session
from gui.widgets.message_bar import Action, MessageList
from trainer.evaluation.metrics import NO_CHANGE
from trainer.training.model_list import mean_cer, new_sentences


class ModelChoice:
    """What all pages have in common on which a model is chosen."""

    def __init__(self, session: Session, messages: MessageList, after: Callable[[], None] = lambda: None):
        """after: called once the person has decided, either way."""
        self._session, self._messages, self._after = session, messages, after

    def choose(self, folder: Path) -> None:
        """Asks first where its own figures are worse than those of the one in use."""
        worse = worse_model_words(folder, self._session.model)
        if worse:
            self.ask(worse, partial(self.use, folder), self._after)
        else:
            self.use(folder)

    def ask(self, sentence: str, take: Callable[[], None], refuse: Callable[[], None]) -> None:
        """sentence: why it should not be taken."""
        refused = Action(_("Keep the model in use"), refuse)
        self._messages.say(sentence, "alert-outline", [refused, Action(_("Use it all the same"), take)])

    def use(self, folder: Path) -> None:
        """Dictation takes it at once; so it does the next time the program starts."""
        former = self._session.model
        self._session.use_model(folder)
        self._after()
        if folder == shipped_checkpoint():
            text = _("Dictation uses the model that came with the program from now on.")
        else:
            text = _("Dictation uses the model {name} from now on.").format(name=model_name(folder))
        self._messages.say_done(text, partial(self.use, former) if former != folder and former.is_dir() else None)


def worse_model_words(wanted: Path, in_use: Path) -> str:
    """Why another model should not be taken, with both figures and their sets; empty where nothing speaks against it.

    By the sets that both were measured on, else each by those held out of its own training.
    """
    new, old = new_sentences(wanted), new_sentences(in_use)
    common = [name for name, rate in new.items() if old.get(name) is not None and old[name].size == rate.size]
    if common:
        new, old = ({name: rates[name] for name in common} for rates in (new, old))
    if not new or not old or mean_cer(new) <= mean_cer(old) + NO_CHANGE:
        return ""
    sentence = _(
        "This model recognises worse than the one in use: {new} % of the letters are wrong ({new_sets}), not {old} % "
        "({old_sets})."
    )
    return sentence.format(
        new=decimal(100 * mean_cer(new), 1),
        new_sets=", ".join(new),
        old=decimal(100 * mean_cer(old), 1),
        old_sets=", ".join(old),
    )
