"""Which statements contradict the first one, and which do not."""

import pytest

from rag.answering.disagreement import Statement, disagreeing


def say(text: str, answer: str, article: str, language: str = "en") -> Statement:
    assert answer in text
    return Statement(article, text, answer, text, language)


HIGH = "How high is the Baiterek tower in Astana?"
DISAGREE = [
    (HIGH, ("The Baiterek tower in Astana is 105 metres high.", "105 metres"),
     ("In Astana, the Baiterek tower rises 97 metres.", "97 metres")),
    (HIGH, ("The Baiterek tower in Astana is 105 metres high.", "105 metres"),
     ("La tour Baïterek d'Astana mesure 97 mètres.", "97 mètres")),
    ("When was Firebird founded?", ("Firebird was founded in 2021.", "2021"),
     ("Firebird, founded in March 2023, builds.", "March 2023")),
    *[(asked, ("Geodrill was founded in 1987.", "1987"),
       ("Geodrill opened in 1978.", "in 1978"))
      for asked in ("In what year was Geodrill founded?", "Geodrill hangi yılda kuruldu?",
                    "En quelle année Geodrill a-t-elle été fondée ?",
                    "В каком году основали Geodrill?")],
    ("Сколько компаний в Astana Hub?", ("В Astana Hub 1700 компаний.", "1700 компаний"),
     ("Astana Hub объединяет 1200 компаний.", "1200 компаний")),
    ("Who chairs Kazakhtelecom?", ("Kazakhtelecom is chaired by Bagdat Mussin.", "Bagdat Mussin"),
     ("The chair of Kazakhtelecom is Olga Ivanova.", "Olga Ivanova")),
    ("What is the price of the Nvidia deal?", ("The Nvidia deal costs $2 billion.", "$2 billion"),
     ("L'accord Nvidia vaut 3 milliards de dollars.", "3 milliards de dollars")),
]  # fmt: skip
AGREE = [
    # other machines, other units
    ("How fast is the supercomputer?", ("It reaches two exaflops.", "two exaflops"),
     ("It reaches 56.4 petaflops.", "56.4 petaflops")),
    # other places
    ("How many data centres are there in Armenia?", ("Armenia has 2 centres.", "2 centres"),
     ("Azerbaijan has 5 centres.", "5 centres")),
    # other years
    ("How many people live in Astana?", ("In 2010 Astana had 600,000 people.", "600,000 people"),
     ("In 2024 Astana had 1,400,000 people.", "1,400,000 people")),
    # a date that is no answer to what is asked
    ("Which bridge did Astana open?", ("Astana opened the Ishim bridge.", "the Ishim bridge"),
     ("Astana opened a bridge in 1978.", "in 1978")),
    # a bound that holds
    ("What was the turnout in Almaty?", ("Turnout in Almaty was more than 60 %.", "more than 60 %"),
     ("Turnout in Almaty was 63 %.", "63 %")),
    # one amount in two languages
    ("What is the price of the Nvidia deal?", ("The Nvidia deal costs $2 billion.", "$2 billion"),
     ("L'accord Nvidia vaut 2 milliards de dollars.", "2 milliards de dollars")),
    # one person, written twice
    ("Who is the president of Kazakhstan?",
     ("The president of Kazakhstan is Kassym-Jomart Tokayev.", "Kassym-Jomart Tokayev"),
     ("Президент Казахстана Kazakhstan Касым-Жомарт Токаев.", "Касым-Жомарт Токаев")),
    # a date that says more
    ("When was Firebird founded?", ("Firebird was founded in 2023.", "2023"),
     ("Firebird was founded in March 2023.", "March 2023")),
]  # fmt: skip

Said = tuple[str, str]


@pytest.mark.parametrize(("question", "one", "other"), DISAGREE)
def test_another_value_of_the_same_thing_is_told(question: str, one: Said, other: Said) -> None:
    assert disagreeing(question, [say(*one, "a.txt"), say(*other, "b.txt")]) == [1]


@pytest.mark.parametrize(("question", "one", "other"), AGREE)
def test_what_only_looks_different_is_not(question: str, one: Said, other: Said) -> None:
    assert disagreeing(question, [say(*one, "a.txt"), say(*other, "b.txt")]) == []


def test_an_article_does_not_contradict_itself() -> None:
    question, one, other = DISAGREE[0]
    assert disagreeing(question, [say(*one, "a.txt"), say(*other, "a.txt")]) == []
    assert disagreeing(question, [say(*one, "a.txt")]) == []
