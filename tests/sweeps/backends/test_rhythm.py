from sweeps.backends.rhythm import Rhythm


def test_turns_come_back_in_order_from_a_short_state() -> None:
    turns = [(16, 0)] + [(16, 16)] * 500 + [(4, 16), (16, 4)]
    rhythm = Rhythm()
    for limit, told in turns:
        rhythm.add(limit, told)
    assert rhythm.state() == [[16, 0, 1], [16, 16, 500], [4, 16, 1], [16, 4, 1]]
    assert list(Rhythm(rhythm.state()).turns()) == turns


def test_a_rhythm_goes_on_from_its_state() -> None:
    rhythm = Rhythm([[2, 0, 1], [2, 2, 3]])
    rhythm.add(2, 2)
    assert rhythm.state() == [[2, 0, 1], [2, 2, 4]]
