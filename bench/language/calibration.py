"""Do probabilities and prediction sets mean what they say? On the test parts of all sets, in scope."""
import text_kit


def measure(bench):
    kit = text_kit.texts(bench)
    for name in text_kit.SETS:
        if not kit.rows(name):
            continue
        for dense in ([False, True] if kit.encoder else [False]):
            said, how = kit.eval(name, dense), "with vectors" if dense else "words and characters"
            bench.add(f"calibration {name}", f"ECE, 15 bins, {how}", said["ece"], "", 0.03)
            bench.add(f"calibration {name}", f"accuracy of the surest 90 %, {how}", said["accuracy_of_surest_90"], "")
            bench.add(f"calibration {name}", f"coverage of sets meant for 95 %, {how}", said["sets"][1]["covered"], "",
                      0.94, less=False)
            bench.add(f"calibration {name}", f"labels in such a set, {how}", said["sets"][1]["size"], "")
