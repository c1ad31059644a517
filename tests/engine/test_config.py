import pytest

from engine.config import CLASSIC, VOXFORGE, DecodeConfig, FeatureConfig, ModelConfig
from engine.errors import ConfigError


@pytest.mark.parametrize("config", [CLASSIC, VOXFORGE, ModelConfig(3, 64, 2, True, 0.1), DecodeConfig(0.3)])
def test_json_and_back(config):
    assert type(config).from_dict(config.to_dict()) == config


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (FeatureConfig, {"front_end": "other"}),
        (FeatureConfig, {"n_cepstra": 16}),
        (FeatureConfig, {"low_hz": 4000.0}),
        (FeatureConfig, {"high_hz": 9000.0}),
        (FeatureConfig, {"remove_noise": 1}),
        (ModelConfig, {"n_layers": 0}),
        (ModelConfig, {"n_units": "128"}),
        (ModelConfig, {"n_units": 1.5}),
        (ModelConfig, {"dropout": 1.0}),
        (ModelConfig, {"heads": 4}),
        (DecodeConfig, {"min_confidence": -0.1}),
    ],
)
def test_what_cannot_be_used_is_refused(kind, values):
    with pytest.raises(ConfigError):
        kind.from_dict(kind().to_dict() | values)


def test_whole_numbers_pass_for_floats():
    assert FeatureConfig.from_dict({"low_hz": 100}).low_hz == 100


@pytest.mark.parametrize("known", [{}, {"lm_weight": 1.25, "word_score": 0.5}])
def test_a_model_made_before_the_blank_had_its_price_is_read_without_one(known):
    assert DecodeConfig.from_dict(known) == DecodeConfig(**known, blank_price=0.0, space_price=0.0)


def test_a_price_that_is_told_is_paid():
    read = DecodeConfig.from_dict({"blank_price": 1.5})
    assert (read.blank_price, read.space_price) == (1.5, 0.0)
