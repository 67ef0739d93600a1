"""Judged sets: reading them, judging rankings, and the seeded split by topic."""

import hashlib
import json
import math
import pathlib
import random
import subprocess


class Set:
    """A folder with `corpus.jsonl`, `queries.tsv` and `qrels.tsv`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.queries = dict(row[:2] for row in self._rows("queries.tsv"))
        self.relevant = {}
        for query, document, gain in (row[:3] for row in self._rows("qrels.tsv")):
            self.relevant.setdefault(query, {})[document] = float(gain)
        self.judged = [query for query in self.queries if query in self.relevant]

    def _rows(self, name):
        with open(self.folder / name, encoding="utf-8") as file:
            return [[cell.strip() for cell in line.split("\t")] for line in file if line.strip()]

    def texts(self):
        """The texts, one after the other: `id`, `title`, `body`."""
        with open(self.folder / "corpus.jsonl", encoding="utf-8") as file:
            yield from (json.loads(line) for line in file if line.strip())

    def topics(self):
        """By query: the smallest id of all documents that are judged for it or for queries that share such documents,
        directly or not."""
        above = {}

        def top(document):
            while above.setdefault(document, document) != document:
                document = above[document]
            return document

        for relevant in self.relevant.values():
            first, *others = relevant
            for document in others:
                one, other = sorted((top(first), top(document)))
                above[other] = one
        return {query: top(next(iter(relevant))) for query, relevant in self.relevant.items()}

    def half(self, seed, half):
        """The judged queries of one half: 0 is for tuning, 1 is not used for it. A topic is in one half as a whole."""
        digit = lambda topic: hashlib.sha256(f"{seed}:{topic}".encode()).digest()[0] & 1
        topics = self.topics()
        return [query for query in self.judged if digit(topics[query]) == half]


def judge(ranking, relevant):
    """nDCG@10, MRR@10 and Recall@10 of one ranking."""
    ideal = sorted(relevant.values(), reverse=True)[:10]
    best = sum(gain / math.log2(place + 2) for place, gain in enumerate(ideal))
    gains = [relevant.get(document, 0.0) for document in ranking[:10]]
    reached = sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))
    first = next((1 / (place + 1) for place, gain in enumerate(gains) if gain > 0), 0.0)
    wanted = sum(gain > 0 for gain in relevant.values())
    return (reached / best, first, sum(gain > 0 for gain in gains) / wanted) if best else (0.0, 0.0, 0.0)


def mean(judgements):
    """The means of several."""
    return [sum(column) / len(judgements) for column in zip(*judgements)]


def interval(gains, topics, seed, resamples=10_000):
    """The 95 % interval of the mean of `gains` (by query), by drawing topics again and again."""
    by_topic = {}
    for query, gain in gains.items():
        total, count = by_topic.get(topics[query], (0.0, 0))
        by_topic[topics[query]] = (total + gain, count + 1)
    drawn, chance = list(by_topic.values()), random.Random(seed)
    means = []
    for _ in range(resamples):
        sample = chance.choices(drawn, k=len(drawn))
        means.append(sum(total for total, _ in sample) / sum(count for _, count in sample))
    means.sort()
    return means[resamples * 25 // 1000], means[resamples * 975 // 1000 - 1]


def firstline(program, folder):
    """Rankings of `firstline eval`, by query."""
    done = subprocess.run([program, "eval", folder, "--format", "json"], check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)["rankings"]
