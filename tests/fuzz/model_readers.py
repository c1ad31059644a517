"""Networks and n-grams, which native libraries run once they were looked at: what ends the process is a fault too."""

from pathlib import Path

import numpy as np

from engine.decode.kenlm_format import check_ngrams
from engine.decode.language_model import DESCRIPTION as LM_DESCRIPTION
from engine.decode.language_model import LEXICON, NGRAMS, load_language_model
from engine.errors import CheckpointError
from engine.foreign.description import read_foreign, write_foreign
from engine.foreign.files import find_model
from engine.foreign.recogniser import load_foreign
from engine.model.checkpoint import DESCRIPTION, NETWORK
from engine.model.graph_operations import check_operations
from engine.model.recogniser import load_recogniser
from engine.paths import FOREIGN_FILE
from engine.system.ansi_path import narrow_path
from tests.fuzz.reader import IN_A_SENTENCE_OF_THE_CALLER, Prepared, Reader, describe, put, sum_of
from tests.helpers.foreign_models import GIGAAM_V3, write_gigaam_ctc
from tests.helpers.language import language_model
from tests.helpers.models import write_random_checkpoint


def _operations(folder: Path) -> Prepared:
    return [(write_random_checkpoint(folder / "m") / NETWORK).read_bytes()], check_operations


def _network(folder: Path) -> Prepared:
    path = write_random_checkpoint(folder / "m") / NETWORK
    shape = (3, 26)

    def read(content: bytes) -> object:
        described = put(path, content).parent / DESCRIPTION
        describe(described, lambda told: told.update(network_sha256=sum_of(content)))
        _, recognise = load_recogniser(path.parent, 1)
        return recognise([np.zeros(shape, np.float32)])

    return [path.read_bytes()], read


def _network_of_others(folder: Path) -> Prepared:
    path = write_gigaam_ctc(folder / "g") / "v3_ctc.int8.onnx"

    def read(content: bytes) -> object:
        find_model(put(path, content).parent)
        return load_foreign(path.parent, 1)

    return [path.read_bytes()], read


def _description_of_others(folder: Path) -> Prepared:
    write_gigaam_ctc(folder / "g")
    write_foreign(folder / "g", load_foreign(folder / "g", 1)[1].description)
    path = folder / "g" / FOREIGN_FILE
    return [path.read_bytes()], lambda content: read_foreign(put(path, content).parent)


def _config_of_others(folder: Path) -> Prepared:
    path = write_gigaam_ctc(folder / "g", config=GIGAAM_V3 | {"max_sequence_length": 100})
    return [(path / "config.json").read_bytes()], lambda content: find_model(put(path / "config.json", content).parent)


def _vocabulary_of_others(folder: Path) -> Prepared:
    path = write_gigaam_ctc(folder / "g") / "v3_vocab.txt"
    return [path.read_bytes()], lambda content: load_foreign(put(path, content).parent, 1)


def _ngrams(folder: Path) -> Prepared:
    content = (_language(folder) / NGRAMS).read_bytes()
    return [content], lambda content: check_ngrams(put(folder / NGRAMS, content))


def _ngrams_scored(folder: Path) -> Prepared:
    """All that its own words lead to is looked up, as a search would."""
    from flashlight.lib.text.decoder.kenlm import KenLM
    from flashlight.lib.text.dictionary import Dictionary

    path = _language(folder) / NGRAMS

    def read(content: bytes) -> float:
        put(path, content)
        describe(path.parent / LM_DESCRIPTION, lambda told: told["sha256"].update({NGRAMS: sum_of(content)}))
        model = load_language_model(path.parent)
        words = ["<unk>", *model.words]
        ngrams, total = KenLM(narrow_path(model.ngrams), Dictionary(words)), 0.0
        for first in range(len(words)):
            state = ngrams.start(False)
            for word in (first, *range(len(words)), first):
                state, score = ngrams.score(state, word)
                total += score
        return total + ngrams.finish(state)[1]

    return [path.read_bytes()], read


def _language(folder: Path) -> Path:
    made = language_model(folder / "lm", "Аб ба вы аб.", "Ёж и уж аб ба.", "Вы и ёж.").folder
    assert (made / LEXICON).exists()
    return made


_OF_KENLM = (*Reader.__dataclass_fields__["refusals"].default, RuntimeError)
READERS = {
    "network: operations": Reader(_operations, IN_A_SENTENCE_OF_THE_CALLER),
    "network, sum made right": Reader(_network),
    "network made by others": Reader(_network_of_others, (CheckpointError,)),
    "model made by others: description": Reader(_description_of_others),
    "model made by others: configuration": Reader(_config_of_others),
    "model made by others: vocabulary": Reader(_vocabulary_of_others),
    "n-grams: sizes and rows": Reader(_ngrams, IN_A_SENTENCE_OF_THE_CALLER),
    "n-grams, sum made right, looked up": Reader(_ngrams_scored, _OF_KENLM),
}
