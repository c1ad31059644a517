"""Models made by others that can be downloaded by name: their files, sizes and licences."""

from dataclasses import dataclass

from engine.text_marks import N_
from trainer.errors import ModelUnknown


@dataclass(frozen=True)
class PublicModel:
    """name: as typed; title: as shown. repository, files: on the hub. n_bytes: of all files, approximately.

    languages, good_for: sentences, to be translated.
    """

    name: str
    title: str
    repository: str
    files: tuple[str, ...]
    n_bytes: int
    licence: str
    languages: str
    good_for: str


# The 8-bit versions, if they exist.
PUBLIC_MODELS = (
    PublicModel(
        "gigaam-v3-ctc",
        "GigaAM v3 CTC",
        "istupakov/gigaam-v3-onnx",
        ("config.json", "v3_vocab.txt", "v3_ctc.int8.onnx"),
        225_000_000,
        "MIT",
        N_("Russian"),
        N_("The fewest mistakes; your own words, the language model and alternatives work with it."),
    ),
    PublicModel(
        "gigaam-v3-e2e-ctc",
        "GigaAM v3 e2e CTC",
        "istupakov/gigaam-v3-onnx",
        ("config.json", "v3_e2e_ctc_vocab.txt", "v3_e2e_ctc.int8.onnx"),
        225_000_000,
        "MIT",
        N_("Russian"),
        N_("Nearly as few mistakes; it writes marks, capitals and numbers itself."),
    ),
    PublicModel(
        "vosk-small",
        "Vosk small",
        "alphacep/vosk-model-small-ru",
        ("am/encoder.int8.onnx", "am/decoder.int8.onnx", "am/joiner.int8.onnx", "lang/tokens.txt"),
        27_000_000,
        "Apache-2.0",
        N_("Russian"),
        N_("Small and quick, for old computers."),
    ),
    PublicModel(
        "t-one",
        "T-one",
        "t-tech/T-one",
        ("config.json", "model.onnx"),
        144_000_000,
        "Apache-2.0",
        N_("Russian"),
        N_("Telephone calls."),
    ),
)


def public_model(name: str) -> PublicModel:
    """The model of that name. Raises ModelUnknown."""
    for model in PUBLIC_MODELS:
        if model.name == name:
            return model
    raise ModelUnknown(name=name, names=", ".join(model.name for model in PUBLIC_MODELS))
