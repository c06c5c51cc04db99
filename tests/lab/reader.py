import re
from html.parser import HTMLParser


class Sheet(HTMLParser):
    """The sheet about a host: each row of its table of steps, and the words in the grid."""

    def __init__(self, text):
        super().__init__()
        self.steps, self.words, self.inside, self.where = [], {}, [], None
        self.feed(text)
        assert not self.inside, self.inside

    def handle_starttag(self, tag, attributes):
        if tag in ("meta", "br"):
            return
        kind = dict(attributes).get("class", "")
        self.inside.append((tag, kind))
        if tag == "table":
            self.where = kind
        if tag == "td" and self.where == "steps" and kind == "narrow":
            self.steps.append({"line": "", "shows": [], "code": ""})
        if tag == "samp" and self.where == "steps":
            self.steps[-1]["shows"].append("")

    def handle_endtag(self, tag):
        assert self.inside.pop()[0] == tag, tag

    def handle_data(self, data):
        tags = [tag for tag, _ in self.inside]
        if self.where == "words" and tags[-1] == "small":
            self.number = int(data)
        elif self.where == "words" and tags[-1] == "b":
            self.words[self.number] = data
        elif self.where == "steps" and self.steps and "td" in tags:
            if "code" in tags:
                self.steps[-1]["line"] += data
            elif "samp" in tags:
                self.steps[-1]["shows"][-1] += data
            elif ("td", "code") in self.inside:
                self.steps[-1]["code"] += data


def work_off(sheet, passphrase, command):
    """Types every command of the sheet at a terminal and answers from the sheet; each must show what the sheet says and end so."""
    marks = [f"=={n}=" for n in range(len(sheet.steps))]
    answered, at = 0, -1

    def next_one(type_):
        nonlocal at
        at += 1
        if at < len(marks):
            # In two pieces, so that what is typed is not taken for what is shown.
            type_(f"{sheet.steps[at]['line']}; echo '=''={at}='$?=\n".encode())
        else:
            type_(b"exit\n")

    def hear(shown, type_):
        nonlocal answered
        if at < 0 and re.search(r"[#$] $", shown):
            next_one(type_)
        asked = re.findall(r"Word (\d+) of the twelve: |(\[y/N\]) ?|(Passphrase of the private key): ", shown)
        for number, question, secret in asked[answered:]:
            answered += 1
            type_((sheet.words[int(number)] if number else "y" if question else passphrase).encode() + b"\n")
        while 0 <= at < len(marks) and re.search(re.escape(marks[at]) + r"\d+=", shown):
            next_one(type_)

    shown, _ = talk(command, hear)
    print(shown)
    for step, mark in zip(sheet.steps, marks):
        before, found, shown = shown.partition(mark)
        code = shown.partition("=")[0]
        assert found and code == step["code"], f"`{step['line']}` ended with {code!r}, and the sheet says {step['code']}"
        for text in step["shows"]:
            assert text and text in before, f"`{step['line']}` does not show `{text}`"
    return answered


passphrase, page, command = sys.argv[1], sys.argv[2], sys.argv[3:]
with open(page, encoding="utf-8") as file:
    sheet = Sheet(file.read())
assert len(sheet.words) == 12 and len(sheet.steps) >= 5, (sheet.words, sheet.steps)
print("answered:", work_off(sheet, passphrase, command))
