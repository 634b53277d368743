"""What damaged sweep files are made of: known keys and words, and values that break readers."""

from __future__ import annotations

from typing import Any

_KNOWN_KEYS = """
version name task search objective evaluate budget trainer seed space constraints backend trials
batch seed_trials sampler factor hyperband_iterations limit n_startup_trials multivariate
constant_liar metric goal folds repeats validation resplit minutes trial_seconds preprocessing
layer_count width ratio activation dropout regularizers epochs batch_size learning_rate decay
optimizer early_stopping layers split total first low high log step choices value derive when
constant exponential cosine cosine_restarts drop every_epochs rate final_fraction
first_decay_steps period_multiplier peak_multiplier
kernel_l1 kernel_l2 activity_l1 activity_l2 sgd adam adamw rmsprop adagrad momentum nesterov
beta_1 patience monitor min_delta restore_best
notify command webhook on
"""
KNOWN_KEYS = _KNOWN_KEYS.split()
_SPACE = """
layer_count width ratio activation dropout regularizers epochs batch_size learning_rate decay
optimizer early_stopping
"""
SPACE = _SPACE.split()
_SEARCH = """
trials batch seed_trials sampler factor hyperband_iterations limit n_startup_trials multivariate
"""
SEARCH = _SEARCH.split()
_WORDS = """
penguins grid random hyperband optuna tpe cmaes qmc auto fused keras val_accuracy val_loss
test_accuracy train_loss maximize minimize relu tanh corrected published true false null yes
"""
WORDS = _WORDS.split()
NUMBERS: tuple[Any, ...] = (
    *(0, 1, 2, 3, -1, 7, 10**9, 2**31, 2**63 - 1, 2**63, 10**30, 10**400, -(10**400), 10**999),
    *(0.0, -0.0, 0.1, 0.5, 1.0, 1e-3, 1e-320, 5e-324, 1e308, -1e308, 1e300),
    *(float("nan"), float("inf"), float("-inf")),
)
EXPRESSIONS = (
    *("layer_count * width <= 256", "width", "width < 9**9**9**9", "1 / (width - width) > 0"),
    *(
        "width + 1",
        "not width > 3",
        "min(width, 3) == 3",
        "max(width) > 1",
        "round(width, 400) > 1",
    ),
    *("wіdth > 3", "width > '3'", "width.real > 1", "(" * 50 + "width" + ")" * 50 + " > 1"),
    *("__import__('os').system('true')", "[width for width in ()]", "f'{width}' > 1", "width := 3"),
    *(
        "f'''{\"a'\"}''' > width",
        "lambda: width",
        "width > 1j",
        "width > b'x'",
        "width if width else 1",
    ),
    *(
        "width" + " + width" * 60 + " > 1",
        "-" * 80 + "width > 1",
        "width < 1e999",
        "log(0) < width",
    ),
    *("", " ", "#", "width >", "width\n> 3", "decay.step.drop > 0.1", "learning_rate * epochs < 1"),
)
STRINGS = (
    *("", " ", "../x", "a/b", "'", '"', "`id`", "$HOME", "a;b", "a\nb", "x" * 300, "x" * 9_000),
    *(
        "\U0001f600",
        "\x00",
        "\u200b",
        "pеnguins",
        "wіdth",
        "ｗｉｄｔｈ",
        "\u202e",
        "é",
        "\ud800",
        "\x1b[2J",
    ),
    *(
        "1e-3",
        "0x10",
        "1_000",
        "<<",
        "*a",
        "&a",
        "!a",
        "=",
        "~",
        "-",
        "?",
        ":",
        "#",
        "%",
        "@",
        "|",
        ">",
    ),
)
NASTY: tuple[Any, ...] = (
    *NUMBERS,
    *EXPRESSIONS,
    *STRINGS,
    *WORDS,
    *(True, False, None, [], {}, [[]], [{}], {"": 1}, [1, 1], [1, 1.0], [1, True], [None]),
    *({"low": 1, "high": 3}, {"low": 3, "high": 1}, {"low": 0, "high": 10**30, "step": 1}),
    *({"low": 1, "high": 2**62}, {"low": 1e-300, "high": 1e300, "log": True}, {"low": 1}),
    *({"low": 0, "high": 1, "step": 1e-300}, {"low": -1e308, "high": 1e308}, {"high": 1}),
    *({"derive": "width * 2"}, {"derive": "epochs / 0"}, {"choices": []}, {"value": 3}),
    *({"when": {"width": 3}}, {"value": 1, "when": {"layer_count": [1, 2]}}, {"layers": []}),
    *({"layers": [1, 2, 3]}, {"layers": [[1], [2]]}, {"layers": [{}] * 40}, {"split": {}}),
    *({"split": {"total": 10, "first": {"low": 1, "high": 9}}}, list(range(200)), [0.1] * 50),
)
FRAGMENTS = (
    *(b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc0\x80", b"\xed\xa0\x80", b"\r", b"\t"),
    *(
        b"\n",
        b"\n\n",
        b"---\n",
        b"...\n",
        b"%YAML 1.1\n",
        b"&a ",
        b"*a",
        b"!!str ",
        b"!<x> ",
        b"<<: ",
    ),
    *(b"{", b"}", b"[", b"]", b"[" * 50, b"{a: " * 50, b": ", b"- ", b"? ", b"#", b"'", b'"', b","),
    *(b"|\n", b">-\n", b"|9\n", b"\\x", b'"\\UFFFFFFFF"', b'"\\u12"', b'"\\ud800"', b'"\\x"', b"%"),
    *(b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xc2\x85", b"\xf0\x9f\x98\x80", b"0" * 2000, b"1e999999"),
    *(b"%TAG ! x\n", b"%YAML 9999999999999999999999.1\n", b"!%ff ", b"! ", b"&", b"*", b"!!", b"@"),
)
