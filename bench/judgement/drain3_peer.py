"""Drain3 with defaults and three masks that fit every system (address, hexadecimal, whole number); runs in the peers'
environment.

  drain3_peer.py group         standard input: JSON list of lists of lines; prints the cluster of each line
  drain3_peer.py speed FILE    prints lines a second"""
import json
import logging
import sys
import time

from drain3 import TemplateMiner
from drain3.masking import MaskingInstruction
from drain3.template_miner_config import TemplateMinerConfig

MASKS = ((r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])", "IP"), (r"\b0x[0-9a-fA-F]+\b", "HEX"),
         (r"(?<!\w)[-+]?\d+(?!\w)", "NUM"))


def miner():
    logging.disable(logging.CRITICAL)
    config = TemplateMinerConfig()
    config.drain_sim_th, config.drain_depth, config.drain_max_clusters = 0.4, 4, None
    config.masking_instructions = [MaskingInstruction(*m) for m in MASKS]
    return TemplateMiner(config=config)


def clusters(lines):
    m = miner()
    return [m.add_log_message(line)["cluster_id"] for line in lines]


def main():
    if sys.argv[1] == "group":
        json.dump([clusters(lines) for lines in json.load(sys.stdin)], sys.stdout)
        return
    with open(sys.argv[2], encoding="utf-8") as f:
        lines = f.read().split("\n")[:-1]
    began = time.process_time()
    clusters(lines)
    print(len(lines) / (time.process_time() - began))


main()
