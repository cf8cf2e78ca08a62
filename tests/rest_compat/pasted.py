"""What a sample of a reference sends when it is pasted."""

import shlex


def read(curl: str, base: str) -> tuple[str, str, dict[str, str], str | None]:
    """Method, path below the base, headers and body that curl would send."""
    program, *words = shlex.split(curl.replace("\\\n", " "))
    assert program == "curl"
    given: dict[str, list[str]] = {"-X": [], "-H": [], "-d": [], "url": []}
    while words:
        word = words.pop(0)
        given[word if word in given else "url"].append(words.pop(0) if word in given else word)
    [url] = given["url"]
    headers = dict(line.split(": ", 1) for line in given["-H"])
    method = next(iter(given["-X"]), "POST" if given["-d"] else "GET")
    return method, url.partition(base)[2], headers, next(iter(given["-d"]), None)
