"""A model of punctuation from a text to the folder that the engine loads."""

from contextlib import closing

import numpy as np
import pytest
import tensorflow as tf
from rapidfuzz.distance import Levenshtein

from engine.punctuation.labels import COMMA, FULL_STOP, MARKS, NO_MARK, PLAIN, QUESTION, Form, Label
from engine.punctuation.punctuator import Punctuator, Thresholds
from engine.system.npz import read_arrays
from engine.word_features import word_features
from trainer.errors import TrainingError
from trainer.punctuation.corpus import DEVELOPMENT, TEST, TRAIN, Corpus, lines_of_part, part_of
from trainer.punctuation.graph import punctuation_graph
from trainer.punctuation.measure import Rules, Truth, label_run, n_changed, projected, score, shown, truths
from trainer.punctuation.misrecognition import Misrecognition, Stretch
from trainer.punctuation.network import PunctuationNetwork, initial_weights
from trainer.punctuation.stretches import LONGEST, Stretches
from trainer.punctuation.thresholds import tuned
from trainer.punctuation.training import PunctuationConfig, Trained, train
from trainer.punctuation.written_text import UNKNOWN
from trainer.training.run import STATE

LINE = "Он сказал, что Маша {n} придёт. А ты видел, кто пришёл?"
CONFIG = PunctuationConfig(steps=4, batch=4, seed=3)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "modern.txt"
    words = ("рано", "поздно", "завтра", "сегодня", "тоже", "не")
    path.write_text("".join(LINE.format(n=words[n % 6]) + "\n" for n in range(2000)), "utf-8")
    return path


@pytest.fixture(scope="module")
def run(text, tmp_path_factory):
    """Stopped after its second step, and gone on with."""
    folder = tmp_path_factory.mktemp("run")
    with closing(_steps(text, folder)) as events:
        next(events)
        second = next(events)
    return folder, second, list(_steps(text, folder))


def _steps(text, folder):
    config = PunctuationConfig(steps=CONFIG.steps, batch=CONFIG.batch, seed=CONFIG.seed, report_every=1)
    events = train([text], folder, config, [])
    try:
        yield from (event for event in events if isinstance(event, Trained))
    finally:
        events.close()


def test_a_run_that_was_stopped_goes_on_where_it_was(run):
    _folder, second, rest = run

    assert second.step == 2
    assert [event.step for event in rest] == [3, 4]
    assert rest[-1].f1 is not None


def test_the_engine_loads_what_was_trained(run):
    folder, *_ = run
    labels = Punctuator.load(folder).labels(["он", "сказал", "что", "маша", "придёт"], [0.1, 0.1, 0, 0.2, np.nan], True)

    assert len(labels) == 5
    assert labels[-1].mark in (FULL_STOP, QUESTION, MARKS.index("!"))


def test_a_damaged_state_is_told_in_a_sentence(text, run, tmp_path):
    folder, *_ = run
    (tmp_path / "text.npz").write_bytes((folder / "text.npz").read_bytes())
    (tmp_path / STATE).write_bytes(b"nothing")

    with pytest.raises(TrainingError, match="is damaged"):
        next(_steps(text, tmp_path))


def test_the_graph_answers_as_the_network_does():
    weights = initial_weights(7)
    words = ["кто", "то", "сказал", "что", "придёт"] * 3
    features = word_features(words)
    network = PunctuationNetwork(weights)
    pauses = np.zeros((1, len(words)), np.int32)
    logits = network.logits(network.rows(tf.constant(features[None])), tf.constant(pauses), tf.constant([len(words)]))
    marks, forms = tf.split(logits[0], [len(MARKS), len(Form)], 1)
    wanted = np.concatenate([tf.nn.log_softmax(marks), tf.nn.log_softmax(forms)], 1)

    found = Punctuator(punctuation_graph(weights), Thresholds()).log_probs(words, [np.nan] * len(words))

    np.testing.assert_allclose(found, wanted, atol=0.03)
    assert punctuation_graph(weights) == punctuation_graph(weights)


def test_some_lines_are_never_trained_on(text):
    parts = [part_of(n) for n in range(8000)]

    assert parts.count(TEST) == parts.count(DEVELOPMENT) == 400
    assert len(list(lines_of_part(text, TEST))) == 200


def test_held_out_sentences_are_not_trained_on(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Мама мыла раму вчера вечером. Папа пил чай на кухне один.\n", "utf-8")
    corpus = Corpus()
    list(corpus.read(path))
    arrays = corpus.finished(["папа пил чай на кухне один"])["a", TRAIN]

    assert [corpus.words[i] for i in arrays["ids"]] == ["мама", "мыла", "раму", "вчера", "вечером"]


def test_a_batch_depends_on_its_number_alone(text):
    corpus = Corpus()
    list(corpus.read(text))
    arrays = {name: found for (name, part), found in corpus.finished([]).items() if part == TRAIN}
    one, two = (Stretches(arrays, None, 5).batch(9, 8) for _ in range(2))

    assert all(np.array_equal(getattr(one, name), getattr(two, name)) for name in vars(one))
    assert one.lengths.max() <= LONGEST
    assert (one.marks[np.arange(one.ids.shape[1]) >= one.lengths[:, None]] == UNKNOWN).all()
    assert not np.array_equal(one.ids, Stretches(arrays, None, 5).batch(10, 8).ids)


def test_a_wrong_word_may_be_far_from_the_one_that_was_said_but_ends_like_it():
    syllables = [first + second for first in "бвгдзклмн" for second in "аеиоу"]
    endings = ("ать", "ого", "ние", "ска", "лым")
    words = [one + other + end for one in syllables for other in syllables[:9] for end in endings]
    errors, ids = Misrecognition(words, np.ones(len(words))), np.arange(0, len(words), 50, dtype=np.int32)
    stretch, pairs = Stretch(ids, np.zeros_like(ids), np.zeros_like(ids)), []
    for seed in range(200):
        wrong = errors.put_into(stretch, np.random.default_rng(seed)).ids
        if len(wrong) == len(ids):  # nothing put in or left out
            pairs += [(words[i], words[j]) for i, j in zip(ids, wrong, strict=True) if i != j]
    far = [one[-3:] == other[-3:] for one, other in pairs if Levenshtein.distance(one, other) > 3]

    assert len(far) > len(pairs) / 10
    assert np.mean(far) > 0.6


def test_errors_keep_the_marks():
    words = ["мама", "мыла", "рама", "рану", "раму", "и", "а"]
    errors = Misrecognition(words, np.ones(len(words)))
    plain = Stretch(*(np.array(row, np.int32) for row in ([0, 1, 4] * 8, [0, COMMA, FULL_STOP] * 8, [0, 0, 1] * 8)))
    rng = np.random.default_rng(2)
    changed = [errors.put_into(plain, rng) for _ in range(60)]

    assert any(not np.array_equal(one.ids, plain.ids) for one in changed)
    assert any(len(one.ids) < len(plain.ids) for one in changed)
    assert all(len(one.ids) == len(one.marks) == len(one.forms) for one in changed)
    lost = [1 - np.isin(one.marks, (COMMA, FULL_STOP)).sum() / 16 for one in changed]
    assert 0 <= np.mean(lost) < 0.1


def test_thresholds_bring_out_a_mark_that_the_model_hardly_dares():
    marks = np.array([NO_MARK, COMMA] * 50)
    log_probs = np.full((100, len(MARKS) + len(Form)), -9.0)
    log_probs[:, NO_MARK] = -0.3
    log_probs[1::2, COMMA] = -1.2
    log_probs[0::2, COMMA] = -4.0

    found = tuned(log_probs, marks, np.zeros(100, int))

    assert 0.9 < found.marks[","] < 3.7


def test_scores_of_a_text_that_is_known_by_heart():
    (run,) = truths(iter(["Он ушёл, а Маша ждала. Где он?"]))
    right = [Label(mark, Form(max(0, form))) for mark, form in zip(run.marks, run.forms, strict=True)]
    figures = score(run, right).figures()

    assert {name: f1.value for name, f1 in figures.items()} == dict.fromkeys(figures, 1.0)
    assert shown(run) == shown(run, right) == "Он ушёл, а Маша ждала. Где он?"
    none = score(run, [PLAIN] * len(run.words)).figures()
    assert none["all marks"].true == 3
    assert none["all marks"].value == 0


def test_marks_of_recognised_words_are_put_on_the_true_ones():
    labels = [Label(), Label(COMMA), Label(), Label(FULL_STOP)]

    assert projected(["он", "ушёл", "домой"], ["он", "ушёл", "домой", "и"], labels) == [
        Label(),
        Label(COMMA),
        Label(FULL_STOP),
    ]
    assert projected(["он", "давно", "ушёл"], ["он", "ушёл"], [Label(), Label(FULL_STOP)]) == [
        Label(),
        None,
        Label(FULL_STOP),
    ]


def test_what_is_settled_counts_as_unchanged():
    run = Truth(["слово"] * 40, [0] * 40, [0] * 40)

    assert n_changed(run, Rules()) == 0


def test_rules_put_a_comma_before_a_conjunction_and_a_full_stop_at_the_end():
    run = Truth(["я", "знаю", "что", "он", "тут"], [0] * 5, [0] * 5)

    assert [label.mark for label in label_run(run, Rules())] == [0, COMMA, 0, 0, FULL_STOP]


def test_the_state_holds_all_weights(run):
    folder, *_ = run
    names = {name.split("/", 1)[1] for name in read_arrays(folder / STATE) if name.startswith("weights/")}

    assert names == initial_weights(1).keys()
