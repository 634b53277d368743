"""Every key that a sweep file can have, and what a service makes of it.

A decision is `(text, says)`: what is submitted, and a part of the refusal; "" where it is admitted.
`{data}`, `{code}` and `{outside}` stand for folders, of which the last is not the operator's.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.sweeps.service.premises import FUNCTION, NETWORK, OWN, SPACE, TABLED

NETWORKS = f"task: penguins\n{NETWORK}"
NO_DATA = "is in none of the data folders of this service"
NO_CODE = "is not among the code that this service runs"
NO_FOLDER = "--code-folder FOLDER"
NO_COMMAND = "is not among the programs that this service may tell"
NO_HOST = "is on none of the hosts that this service may tell"
NO_STUDY = "from SQLite files of its data folders only"
STUDY = NETWORK + "task: penguins\nsearch: {backend: optuna, trials: 5, warm_start: [%s]}\n"
TABLE = TABLED % "table.csv"

DECISIONS: Mapping[str, tuple[str, str]] = {
    # What says nothing about this machine.
    "version": (f"version: 1\n{NETWORKS}", ""),
    "name": (f"name: my sweep\n{NETWORKS}", ""),
    "name, a path": (f"name: ../../etc/cron.d/x\n{NETWORKS}", "has / as character 3"),
    "name, an absolute path": (f"name: /tmp/x\n{NETWORKS}", "a name has ASCII letters"),
    "name, markup": (f'name: "<script>"\n{NETWORKS}', "a name has ASCII letters"),
    "seed": (f"seed: 3\n{NETWORKS}", ""),
    "trainer": (f"trainer: fused\n{NETWORKS}", ""),
    "trainer, code": (f"trainer: my_model:build\n{NETWORKS}", "is not known"),
    "constraints": (f'{NETWORKS}constraints: {{c: "width < 20"}}\n', ""),
    "constraints, code": (f"{NETWORKS}constraints: {{c: \"open('/etc/passwd')\"}}\n", "open"),
    "space, values that are paths": (FUNCTION.replace("[1, 2]", "[/etc/passwd, ../x]"), ""),
    "budget": (f"{NETWORKS}budget: {{minutes: 3, epochs: 5}}\n", ""),
    "checkpoint": (f"{NETWORKS}checkpoint: {{every_epochs: 2}}\n", ""),
    "objective": (f"{NETWORKS}objective: val_f1\n", ""),
    "objective, code": (f"{NETWORKS}objective: os:system\n", "unknown value"),
    # Where things are.
    "folder": (f"folder: project\n{FUNCTION.replace('my_model', 'ours')}", ""),
    "folder, absolute": (f"folder: {{code}}/project\n{FUNCTION.replace('my_model', 'ours')}", ""),
    "folder, elsewhere": (f"folder: {{outside}}\n{FUNCTION}", NO_FOLDER),
    "folder, nowhere": (f"folder: {{outside}}/not/there\n{FUNCTION}", NO_FOLDER),
    "folder, above": (f"folder: ../outside\n{FUNCTION}", NO_FOLDER),
    "folder, home": (f"folder: '~'\n{FUNCTION}", NO_FOLDER),
    "folder of nothing": (f"folder: {{outside}}\n{NETWORKS}", ""),
    # Rows.
    "task": (NETWORKS, ""),
    "task.name": (f"{NETWORK}task: {{name: penguins, preprocessing: published}}\n", ""),
    "task.csv": (TABLE, ""),
    "task.csv, below": (TABLED % "inner/table.csv", ""),
    "task.csv, absolute": (TABLED % "'{data}/table.csv'", ""),
    "task.csv, in a folder": (f"folder: inner\n{TABLE}", ""),
    "task.csv, elsewhere": (TABLED % "'{outside}/secret.csv'", NO_DATA),
    "task.csv, nowhere": (TABLED % "'{outside}/nothing.csv'", NO_DATA),
    "task.csv, not there": (TABLED % "tabel.csv", "there is no file 'tabel.csv'; did you mean"),
    "task.csv, another form": (TABLED % "[table.csv]", "is not a name"),
    "task.parquet": (f"{NETWORK}task: {{parquet: '{{outside}}/x.parquet', target: a}}\n", NO_DATA),
    "task.test_csv": (
        f"{NETWORK}task: {{csv: table.csv, target: target, test_csv: '{{outside}}/secret.csv'}}\n",
        NO_DATA,
    ),
    "task.test_parquet": (
        f"{NETWORK}task: {{parquet: a.parquet, target: a, test_parquet: ../x.parquet}}\n",
        NO_DATA,
    ),
    "task, how a table is read": (
        NETWORK
        + "task: {csv: table.csv, target: target, kind: classification, drop: [a], test: 0.3,"
        " types: {b: numeric}, missing: [x], class_weights: balanced, preprocessing: auto,"
        " separator: ',', decimal: '.', encoding: utf-8}\n",
        "",
    ),
    "task.digest": (TABLE.replace("target}", "target, digest: '0'}"), ""),
    "task.load": (f"{NETWORK}task: {{load: 'my_model:rows', scale: none}}\n", ""),
    "task.load, other code": (f"{NETWORK}task: {{load: 'os:listdir'}}\n", NO_CODE),
    # Code.
    "model": (OWN, ""),
    "model, other code": (OWN.replace("my_model:build", "os:system"), NO_CODE),
    "model, the module's import": (OWN.replace(":build", ":system"), NO_CODE),
    "model, through the module": (OWN.replace(":build", ":os.system"), NO_CODE),
    "model, another module of the folder": (OWN.replace("my_model", "project.ours"), NO_CODE),
    "model, not there": (OWN.replace("my_model", "gone"), "no module of that name"),
    "model, through a link": (OWN.replace("my_model", "linked"), "is a link that leads out"),
    "model.path": (
        OWN.replace("my_model:build", "{path: 'my_model:build', keras: jax}"),
        "",
    ),
    "model.callbacks": (
        OWN.replace("my_model:build", "{path: 'my_model:build', callbacks: 'my_model:callbacks'}"),
        "",
    ),
    "model.callbacks, other code": (
        OWN.replace("my_model:build", "{path: 'my_model:build', callbacks: 'os:system'}"),
        NO_CODE,
    ),
    "estimator": (f"task: penguins\nestimator: my_model:build\n{SPACE}", ""),
    "estimator.epochs": (
        f"task: penguins\nestimator: {{path: 'my_model:build', epochs: max_iter}}\n{SPACE}",
        "",
    ),
    "estimator, other code": (f"task: penguins\nestimator: subprocess:Popen\n{SPACE}", NO_CODE),
    "function": (FUNCTION, ""),
    "function.takes": (
        FUNCTION.replace("my_model:build", "{path: 'my_model:build', takes: config}"),
        "",
    ),
    "function, other code": (FUNCTION.replace("my_model:build", "os:system"), NO_CODE),
    "function, the main module": (FUNCTION.replace("my_model", "__main__"), NO_CODE),
    "evaluate": (
        f"{NETWORKS}evaluate: {{folds: 3, stratified: true, shuffle: true, confirm_top: 2,"
        " repeats: 3, search_repeats: 1, resplit: false}\n",
        "",
    ),
    "evaluate.validation": (f"{NETWORKS}evaluate: {{validation: 0.3}}\n", ""),
    "evaluate.groups": (f"{TABLE}evaluate: {{groups: a}}\n", ""),
    "evaluate.metrics": (
        f"{NETWORKS}evaluate: {{metrics: [f1, F1Score, 'my_model:measure']}}\n",
        "",
    ),
    "evaluate.metrics, other code": (
        f"{NETWORKS}evaluate: {{metrics: [f1, 'os:system']}}\n",
        NO_CODE,
    ),
    # How it is searched.
    "search": (
        NETWORKS + "search: {backend: optuna, sampler: tpe, trials: 9, batch: 3,"
        " seed_trials: [{width: 16}]}\n",
        "",
    ),
    "search, too many": (
        f"{NETWORKS}search: {{backend: optuna, trials: 2000000}}\n",
        "2,000,000 trials; a service takes 1,000,000 at most",
    ),
    "search, too many points": (
        "task: penguins\nspace: {width: {low: 1, high: 4000}, batch_size: {low: 1, high: 999}}\n",
        "3,996,000 points; a service takes 1,000,000",
    ),
    "search.batch": (
        f"{NETWORKS}search: {{backend: random, trials: 90000, batch: 50000}}\n",
        "50,000 at once; a service takes 10,000 at most",
    ),
    "search.warm_start, a sweep": (STUDY % "mn2p5d, latest", ""),
    "search.warm_start, a study": (STUDY % "{optuna: 'sqlite:///study.db', study: s}", ""),
    "search.warm_start, alone": (
        STUDY.replace("[%s]", "{optuna: 'sqlite:///study.db'}"),
        "",
    ),
    "search.warm_start, elsewhere": (STUDY % "{optuna: 'sqlite:///{outside}/study.db'}", NO_DATA),
    "search.warm_start, not there": (
        STUDY % "{optuna: 'sqlite:///stduy.db'}",
        "there is no file 'stduy.db'; did you mean 'study.db'?",
    ),
    "search.warm_start, a server": (STUDY % "{optuna: 'postgresql://db/optuna'}", NO_STUDY),
    "search.warm_start, another driver": (STUDY % "{optuna: 'sqlite+x:///study.db'}", NO_STUDY),
    "search.warm_start, options": (STUDY % "{optuna: 'sqlite:///study.db?mode=rwc'}", NO_STUDY),
    "search.warm_start, another way to write": (
        STUDY % "{optuna: 'sqlite:///file:study.db'}",
        "there is no file",
    ),
    "search.warm_start, encoded": (
        STUDY % "{optuna: 'sqlite:///%2e%2e/outside/study.db'}".replace("%", "%%") % (),
        NO_STUDY,
    ),
    # Whom to tell.
    "notify.command": (f"{NETWORKS}notify: {{command: /usr/bin/logger}}\n", ""),
    "notify.command, as a list": (f"{NETWORKS}notify: [{{command: [/bin/true], on: end}}]\n", ""),
    "notify.command, arguments": (
        f"{NETWORKS}notify: {{command: /usr/bin/logger -f /etc/passwd}}\n",
        "gives '/usr/bin/logger' no arguments",
    ),
    "notify.command, another": (f"{NETWORKS}notify: {{command: /bin/sh -c id}}\n", NO_COMMAND),
    "notify.command, by its name": (f"{NETWORKS}notify: {{command: 'true'}}\n", NO_COMMAND),
    "notify.command, another way there": (
        f"{NETWORKS}notify: {{command: /bin/../bin/true}}\n",
        NO_COMMAND,
    ),
    "notify.webhook": (f"{NETWORKS}notify: {{webhook: 'https://hooks.example.org/x'}}\n", ""),
    "notify.webhook, elsewhere": (
        f"{NETWORKS}notify: {{webhook: 'http://169.254.169.254/latest/meta-data'}}\n",
        NO_HOST,
    ),
}
"""What is decided about each key, by the key and what is given."""
