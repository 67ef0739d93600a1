#!/usr/bin/env python3
"""Writes a judged set with its queries disturbed as people disturb them: typos, codes in another notation, words
joined or split. The same seed gives the same queries.

    robust.py SET OUT --kind typos|codes|joined|all [--seed N] [--firstline PROGRAM]
    robust.py --self-test [SET...]

All queries are written to OUT; `changed.txt` there names those that differ. With `--firstline`, both sets are measured
and the loss is printed, over all queries and over the changed ones.
"""

import argparse
import collections
import os
import pathlib
import random
import re
import sys

import judged

SHARE = 0.3
LETTERS = 5
KINDS = ("codes", "joined", "typos")
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
STOP = set(
    "a about after all also am an and any are as at be been but by can could did do does for from get had has have how "
    "i if in into is it its just me my no not of off on one or other out over she so some than that the their them "
    "then there these they this to up us use used using via was way we were what when where which who why will with "
    "would you your".split()
)

# A word by itself or within a compound, but no part of `kernel32.dll`, `a_b` or `C:\\path`.
WORD = re.compile(r"(?<![\w.\\/@'’])[^\W\d_]+(?:['’][^\W\d_]+)*(?![\w\\/@]|\.\w|['’]\w)")


def neighbours(letter):
    """The keys around one."""
    for row, keys in enumerate(ROWS):
        place = keys.find(letter)
        if place >= 0:
            around = [(row, place - 1), (row, place + 1), (row - 1, place), (row - 1, place + 1)]
            around += [(row + 1, place - 1), (row + 1, place)]
            return [ROWS[r][p] for r, p in around if 0 <= r < len(ROWS) and 0 <= p < len(ROWS[r])]
    return list("aeiou")


def misspelt(word, chance):
    """One edit away: two letters swapped, one left out, one too many, or the key beside it."""
    while True:
        at, how = chance.randrange(len(word)), chance.randrange(4)
        if how == 0:
            edited = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
        elif how == 1:
            edited = word[:at] + word[at + 1 :]
        elif how == 2:
            edited = word[:at] + chance.choice([word[at], *neighbours(word[at].lower())]) + word[at:]
        else:
            edited = word[:at] + chance.choice(neighbours(word[at].lower())) + word[at + 1 :]
        # Letters only: an apostrophe does not wander.
        if edited != word and marks(edited) == marks(word) and edited[0].isalpha():
            return edited


def marks(word):
    return [letter for letter in word if not letter.isalpha()]


def letters(word):
    return sum(letter.isalpha() for letter in word)


def typos(query, chance, _corpus):
    def edit(found):
        word = found[0]
        return misspelt(word, chance) if letters(word) >= LETTERS and chance.random() < SHARE else word

    return WORD.sub(edit, query)


def hexadecimal(code, chance):
    """Another notation of a 32-bit code."""
    value = int(code, 16)
    if value >= 0x8000_0000:
        forms = [f"0x{value:08x}", f"0X{value:08X}", f"{value:08x}", str(value - (1 << 32))]
    elif len(f"{value:x}") == 8:
        forms = [f"0x{value:08x}", f"0X{value:08X}"]
    elif code[2] == "0" and len(code) > 3:
        forms = [f"0x{value:X}", f"0x{value:x}"]
    else:
        forms = [f"0x{value:08X}", f"0x{value:08x}"]
    # Another case alone is another notation of `0x` only.
    look = lambda form: (form.lower(), form[1])
    return chance.choice([form for form in forms if look(form) != look(code)])


def signed(code, chance):
    value = int(code) + (1 << 32)
    return chance.choice([f"0x{value:08x}", f"0x{value:08X}", f"{value:08x}"])


CODES = [
    (re.compile(r"(?<!\w)0[xX][0-9a-fA-F]{1,8}(?!\w)"), lambda found, chance: hexadecimal(found[0], chance)),
    (re.compile(r"(?<![\w.-])[89a-fA-F](?=[0-9a-fA-F]*\d)[0-9a-fA-F]{7}(?![\w.-])"),
     lambda found, chance: hexadecimal(found[0], chance)),
    (re.compile(r"(?<!\w)-[12]\d{9}(?!\w)"),
     lambda found, chance: signed(found[0], chance) if int(found[0]) >= -(1 << 31) else found[0]),
    (re.compile(r"(?<!\w)(kb)( ?)(\d{6,7})(?!\w)", re.I),
     lambda found, chance: chance.choice([form for form in (f"KB{found[3]}", f"KB {found[3]}", f"kb{found[3]}")
                                          if form != found[0]])),
    (re.compile(r"(?<!\w)event( ?id)? (\d+)(?!\w)", re.I),
     lambda found, chance: chance.choice([form for form in (f"event ID {found[2]}", f"event {found[2]}",
                                                            f"eventid {found[2]}")
                                          if form.lower() != found[0].lower()])),
    (re.compile(r"(?<!\w)(\w{3,})\.(exe|dll|sys)(?!\w)", re.I), lambda found, _: found[1]),
]


def codes(query, chance, _corpus):
    # What one rule wrote is not read by the next: the places are found first.
    found = sorted(((match.start(), -match.end(), match, rule) for pattern, rule in CODES
                    for match in pattern.finditer(query)), key=lambda at: at[:2])
    out, end = [], 0
    for start, _, match, rule in found:
        if start >= end:
            out += [query[end:start], rule(match, chance)]
            end = match.end()
    return "".join(out) + query[end:]


class Corpus:
    """In how many texts each word and each hyphenated compound is. Addresses, paths and names of files do not count."""

    def __init__(self, texts):
        self.count, self.texts = collections.Counter(), 0
        for text in texts:
            self.texts += 1
            prose = f"{text.get('title', '')}\n{text['body']}".lower()
            words = re.findall(r"(?<![\w./\\:@#?=&$-])[^\W\d_]+(?:-[^\W\d_]+)*(?![\w/\\@(=-]|\.\w)", prose)
            self.count.update({part for word in words for part in (word, *word.split("-"))})

    def common(self, word):
        return self.count[word] >= max(3, self.texts // 1000)

    def joins(self, first, second):
        first, second = first.lower(), second.lower()
        long = len(first) >= 3 and len(second) >= 2 and first not in STOP
        return long and (self.common(first + second) or self.common(f"{first}-{second}"))

    def parts(self, word):
        """The word as two words, if both are in use; the more usual the better."""
        low = word.lower()
        if len(low) < 7 or not self.count[low]:
            return None
        cuts = [at for at in range(3, len(low) - 2)
                if all(self.common(part) and part not in STOP for part in (low[:at], low[at:]))]
        best = max(cuts, key=lambda at: min(self.count[low[:at]], self.count[low[at:]]), default=None)
        return best and f"{word[:best]} {word[best:]}"


def joined(query, chance, corpus):
    """One place of the query, where it has one."""
    places = []
    for match in re.finditer(r"(?<![\w-])([^\W\d_]{2,})-([^\W\d_]{2,})(?![\w-])", query):
        places += [(match.span(), match[1] + match[2]), (match.span(), f"{match[1]} {match[2]}")]
    for match in re.finditer(r"(?<![\w.-])[A-Z]?[a-z]{2,}(?:[A-Z][a-z]+)+(?![\w.-])", query):
        places.append((match.span(), re.sub(r"(?<=[a-z])(?=[A-Z])", " ", match[0])))
    for match in re.finditer(r"(?<![\w.'’-])([^\W\d_]+) (?=([^\W\d_]+)(?![\w'’-]|\.\w))", query):
        if corpus.joins(match[1], match[2]):
            places.append(((match.start(), match.end(2)), match[1] + match[2]))
    for match in re.finditer(r"(?<![\w.'’-])[^\W\d_]+(?![\w'’-]|\.\w)", query):
        if parts := corpus.parts(match[0]):
            places.append((match.span(), parts))
    if not places:
        return query
    (start, end), form = chance.choice(places)
    return query[:start] + form + query[end:]


RULES = {"typos": typos, "codes": codes, "joined": joined}


def disturbed(query, name, kind, seed, corpus):
    for rule in KINDS if kind == "all" else (kind,):
        query = RULES[rule](query, random.Random(f"{seed}:{rule}:{name}"), corpus)
    return query


def write(source, out, kind, seed):
    """Returns the queries that differ."""
    out.mkdir(parents=True, exist_ok=True)
    corpus = Corpus(source.texts() if kind in ("joined", "all") else ())
    queries = {name: disturbed(query, name, kind, seed, corpus) for name, query in source.queries.items()}
    changed = [name for name, query in queries.items() if query != source.queries[name]]
    (out / "queries.tsv").write_text("".join(f"{name}\t{query}\n" for name, query in queries.items()), "utf-8")
    (out / "changed.txt").write_text("".join(f"{name}\n" for name in changed), "utf-8")
    for name in ("corpus.jsonl", "qrels.tsv"):
        (out / name).unlink(missing_ok=True)
        os.symlink((source.folder / name).resolve(), out / name)
    return changed


def measure(program, source, out, changed):
    clean, dirty = (judged.firstline(program, folder) for folder in (source.folder, out))
    both = set(changed).intersection(source.judged)
    for name, queries in (("all", source.judged), ("changed", sorted(both))):
        if queries:
            before, after = (judged.mean([judged.judge(rankings[name], source.relevant[name]) for name in queries])
                             for rankings in (clean, dirty))
            loss = 100 * (1 - after[0] / before[0]) if before[0] else 0.0
            print(f"  {name:<8} {len(queries):>5} queries  nDCG@10 {before[0]:.4f} -> {after[0]:.4f}  "
                  f"MRR@10 {before[1]:.4f} -> {after[1]:.4f}  loss {loss:5.1f} % of nDCG@10")


def distance(a, b):
    """Edits between two words; a swap of neighbours is one."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (x != y)))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


def broken_typo(before, after):
    """What is wrong with an edited query, seen without the rule's own pattern."""
    pairs = [re.split(r"[\s-]+", query) for query in (before, after)]
    if len(pairs[0]) != len(pairs[1]):
        return "the number of words"
    for a, b in zip(*pairs):
        if a != b and distance(a, b) != 1:
            return f"`{a}` -> `{b}`: more than one edit"
        if a != b and letters(a) < LETTERS:
            return f"`{a}` -> `{b}`: shorter than {LETTERS} letters"
        if a != b and re.search(r"\d|_|\.\w", a):
            return f"`{a}` -> `{b}`: a code"
    return None


def self_test(sets):
    """Holds every rule against what it promises; says what is broken."""
    broken = []
    own = {
        "a": "my printer at home prints only blank pages since kernel32.dll changed",
        "b": "Outlook doesn't open attachments, error 0x80070005 and event ID 2213",
        "c": "cannot sign in to Wi-Fi with KB5034441 or KB 5034441, 0x7E, 0x0000007E, -2147024891, 80070005",
        "d": "YouTube password spoolsv.exe third-party",
    }
    text = {"title": "Sign-in", "body": "signin sign in wifi password pass word " + "pass word password"}
    given = [("own", own, Corpus([text] * 3))]
    given += [(str(folder), (found := judged.Set(folder)).queries, Corpus(found.texts())) for folder in sets]
    for name, queries, corpus in given:
        words = edited = 0
        for id, query in queries.items():
            for seed in range(200 if name == "own" else 3):
                after = disturbed(query, id, "typos", seed, corpus)
                if wrong := broken_typo(query, after):
                    broken.append(f"typos, seed {seed}, {name} {id}: {wrong}")
                for a, b in zip(WORD.findall(query), WORD.findall(after)):
                    words += letters(a) >= LETTERS
                    edited += a != b
                if after != disturbed(query, id, "typos", seed, corpus):
                    broken.append(f"typos, seed {seed}, {name} {id}: not the same twice")
                after = disturbed(query, id, "joined", seed, corpus)
                flat = [re.sub(r"[\s-]", "", text) for text in (query, after)]
                if flat[0] != flat[1]:
                    broken.append(f"joined, seed {seed}, {name} {id}: `{query}` -> `{after}`: other letters")
                after = disturbed(query, id, "codes", seed, corpus)
                if values(query) != values(after):
                    broken.append(f"codes, seed {seed}, {name} {id}: `{query}` -> `{after}`: another code")
        if words and abs(edited / words - SHARE) > 4 * (SHARE * (1 - SHARE) / words) ** 0.5 + 0.01:
            broken.append(f"typos, {name}: {edited} of {words} words edited, not {SHARE:.0%}")
        print(f"{name}: {edited} of {words} words of {LETTERS} letters and more edited ({edited / max(1, words):.1%})")
    for kind, id, wanted in [
        ("codes", "b", {"0X80070005", "80070005", "-2147024891", "event 2213", "eventid 2213"}),
        ("codes", "c", {"0x80070005", "0x0000007E", "0x7E", "kb5034441"}),
        ("codes", "d", {"password spoolsv third"}),
        ("joined", "c", {"wifi", "wi fi", "signin"}),
        ("joined", "d", {"you tube", "pass word", "thirdparty", "third party"}),
    ]:
        seen = {disturbed(own[id], id, kind, seed, given[0][2]) for seed in range(400)}
        fold = str.lower if kind == "joined" else str
        broken += [f"{kind}: `{form}` never comes" for form in wanted if not any(form in fold(text) for text in seen)]
    # The check itself can fail.
    for before, after in [("open the door", "open teh door"), ("printer", "pirntre"), ("printer on", "printeron")]:
        if not broken_typo(before, after):
            broken.append(f"the check passes `{before}` -> `{after}`")
    for line in broken:
        print(line, file=sys.stderr)
    return 1 if broken else 0


def values(query):
    """The codes of a query by their values, whatever their notation."""
    out = []
    code = r"0[xX][0-9a-fA-F]{1,8}|-[12]\d{9}|[89a-fA-F](?=[0-9a-fA-F]*\d)[0-9a-fA-F]{7}"
    for code in re.findall(rf"(?<![\w.])(?:{code})(?!\w)", query):
        out.append(int(code) + (1 << 32) if code[0] == "-" else int(code, 16))
    out += [int(number) for number in re.findall(r"(?i)\b(?:kb|event ?id|event) ?(\d+)", query)]
    return sorted(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", metavar="SET OUT")
    parser.add_argument("--kind", choices=[*RULES, "all"], default="all")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--firstline", metavar="PROGRAM")
    parser.add_argument("--self-test", action="store_true")
    given = parser.parse_args()
    if given.self_test:
        sys.exit(self_test(given.folders))
    if len(given.folders) != 2:
        parser.error("a set and the folder for the disturbed one are needed")
    source, out = judged.Set(given.folders[0]), pathlib.Path(given.folders[1])
    changed = write(source, out, given.kind, given.seed)
    counted = f"{len(changed)} of {len(source.queries)} queries changed"
    print(f"{source.folder.name}, {given.kind}, seed {given.seed}: {counted}", flush=True)
    if given.firstline:
        measure(given.firstline, source, out, changed)


if __name__ == "__main__":
    main()
