#!/usr/bin/env python3
"""firstline beside bm25s with the title counted three times, on judged sets: what one gains over the other.

    beside.py SET... --firstline PROGRAM [--half used|unused|all] [--seed N]

Both rankings are judged by the same code. The interval is of the mean gain by query, from 10,000 resamples of topics.
The halves are those of `judged.py`: topics parted by a seed, one half for tuning, the other for reporting. A question
that another of the sets has in its half for tuning is left out of the other half: give all sets that were tuned with.
"""

import argparse

import bm25s
import Stemmer

import judged

HALVES = {"all": None, "used": 0, "unused": 1}
MEASURES = ("nDCG@10", "MRR@10", "Recall@10")


def baseline(found):
    """Rankings of bm25s, by query."""
    stemmer = Stemmer.Stemmer("english")
    tokens = lambda texts: bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)
    ids, texts = [], []
    for text in found.texts():
        ids.append(text["id"])
        texts.append(" ".join([text.get("title", "")] * 3 + [text["body"]]))
    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index(tokens(texts), show_progress=False)
    asked = tokens([found.queries[query] for query in found.judged])
    places, scores = index.retrieve(asked, k=min(10, len(ids)), show_progress=False)
    ranked = ([ids[place] for place, score in zip(*row) if score > 0] for row in zip(places, scores))
    return dict(zip(found.judged, ranked))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", metavar="SET")
    parser.add_argument("--firstline", required=True, metavar="PROGRAM")
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    sets = [judged.Set(folder) for folder in given.sets]
    tuned = {found: {found.queries[query] for query in found.half(given.seed, 0)} for found in sets}
    for found in sets:
        others = set().union(*(words for other, words in tuned.items() if other is not found))
        topics = found.topics()
        rankings = {"firstline": judged.firstline(given.firstline, found.folder), "bm25s": baseline(found)}
        judgements = {
            name: {query: judged.judge(ranked[query], found.relevant[query]) for query in found.judged}
            for name, ranked in rankings.items()
        }
        for half in [given.half] if given.half else HALVES:
            queries = found.judged if half == "all" else found.half(given.seed, HALVES[half])
            if half == "unused":
                queries = [query for query in queries if found.queries[query] not in others]
            counted = f"{len(queries)} queries, {len({topics[query] for query in queries})} topics"
            print(f"\n{found.folder.name}, {half}: {counted}")
            for name, by_query in judgements.items():
                means = judged.mean([by_query[query] for query in queries])
                print(f"  {name:<10}" + "  ".join(f"{what} {mean:.4f}" for what, mean in zip(MEASURES, means)))
            for n, what in enumerate(MEASURES[:2]):
                gains = {query: judgements["firstline"][query][n] - judgements["bm25s"][query][n] for query in queries}
                low, high = judged.interval(gains, topics, given.seed)
                verdict = "better" if low > 0 else "worse" if high < 0 else "not told apart"
                gain = sum(gains.values()) / len(gains)
                print(f"  gain in {what:<8} {gain:+.4f}  95 % [{low:+.4f}, {high:+.4f}]  {verdict}", flush=True)


if __name__ == "__main__":
    main()
