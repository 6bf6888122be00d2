"""Questions that leave something to the one before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.followup import complete
from rag.types import Turn

REPLACED = [
    ("Combien de centres de données en Azerbaïdjan ?", "Et en Arménie ?",
     "Combien de centres de données en Arménie ?"),
    ("How many start-ups are there in Kazakhstan?", "Et en Arménie ?",
     "How many start-ups are there in Arménie?"),
    ("How many exaflops does the Kazakh supercomputer have?", "А в Армении?",
     "How many exaflops does the Армении supercomputer have?"),
    ("Combien d'entreprises compte l'Azerbaïdjan ?", "Et l'Arménie ?",
     "Combien d'entreprises compte l'Arménie ?"),
    ("Quel est le rôle de Nvidia en Azerbaïdjan ?", "Et en Arménie ?",
     "Quel est le rôle de Nvidia en Arménie ?"),
    ("How many data centres are there in Azerbaijan?", "And in Armenia?",
     "How many data centres are there in Armenia?"),
    ("Who is the president of Kazakhstan?", "What about Hungary?",
     "Who is the president of Hungary?"),
    ("Сколько компаний в Казахстане?", "А в Армении?", "Сколько компаний в Армении?"),
    ("Қазақстан астанасы Алматыда неше адам тұрады?", "Ал Астанада?",
     "Қазақстан астанасы Астанада неше адам тұрады?"),
    ("2024'te Freedom Holding'in geliri ne kadardı?", "Peki 2023'te?",
     "2023'te Freedom Holding'in geliri ne kadardı?"),
    ("What revenue did Freedom Holding generate in 2024?", "In 2023?",
     "What revenue did Freedom Holding generate in 2023?"),
    ("Combien coûte un billet de métro ?", "Et de bus ?",
     "Combien coûte un billet de métro, de bus ?"),
    ("Combien coûte la carte de Lyon ?", "Et pour les étudiants ?",
     "Combien coûte la carte de Lyon, pour les étudiants ?"),
    ("Quelle est la population d'Erevan ?", "Et la population de Tbilissi ?",
     "Quelle est la population de Tbilissi ?"),
    ("Сколько касс на станции «Порт»?", "А на станции «Рынок»?",
     "Сколько касс на станции «Рынок»?"),
    ("How many schools are there in Azerbaijan?", "And the Netherlands?",
     "How many schools are there in the Netherlands?"),
    ("Combien d'écoles y a-t-il au Kazakhstan ?", "Et la Géorgie ?",
     "Combien d'écoles y a-t-il en Géorgie ?"),
    ("Combien d'écoles y a-t-il en Géorgie ?", "Et le Kazakhstan ?",
     "Combien d'écoles y a-t-il au Kazakhstan ?"),
    ("Qui est le président du Kazakhstan ?", "Et l’Arménie ?",
     "Qui est le président de l'Arménie ?"),
    ("Wie viele Schulen gibt es in Aserbaidschan?", "Und in der Türkei?",
     "Wie viele Schulen gibt es in der Türkei?"),
    ("What is Armenia's budget?", "And Georgia?", "What is Georgia's budget?"),
    ("Gürcistan'da kaç okul var?", "Peki ya Türkiye?", "Türkiye'da kaç okul var?"),
    ("Norveç'te park bütçesi ne kadar?", "Peki ya İsveç?", "İsveç'te park bütçesi ne kadar?"),
    ("Astana Hub'da kaç şirket var?", "Peki ya Kazakhtelecom?",
     "Kazakhtelecom'da kaç şirket var?"),
    ("Грузияда неше мектеп бар?", "Ал Арменияда?", "Арменияда неше мектеп бар?"),
    ("Gürcüstanda neçə məktəb var?", "Bəs Türkiyədə?", "Türkiyədə neçə məktəb var?"),
    ("Арменияға қанша инвестиция салынады?", "Ал Әзербайжанға ше?",
     "Әзербайжанға қанша инвестиция салынады?"),
]  # fmt: skip
POINTING = [
    ("Wie hoch ist der Gewinn von Kazakhtelecom?", None, "Und der Umsatz?",
     "Der Umsatz? (hoch Gewinn von Kazakhtelecom)"),
    ("How many exaflops does the Kazakh supercomputer have?", None, "Where is it located?",
     "Where is it located? (Kazakh supercomputer)"),
    ("Qui préside Kazakhtelecom ?", "Bagdat Mussin", "Quel âge a-t-il ?",
     "Quel âge a-t-il ? (Bagdat Mussin)"),
    ("Quel est le montant de l’accord entre Nvidia et le Kazakhstan ?", None,
     "Quand cet accord a-t-il été signé ?",
     "Quand cet accord a-t-il été signé ? (accord Nvidia Kazakhstan)"),
    ("Что такое Astana Hub?", None, "Сколько там компаний?",
     "Сколько там компаний? (Astana Hub)"),
    ("Astana Hub қайда орналасқан?", None, "Оның неше қызметкері бар?",
     "Оның неше қызметкері бар? (Astana Hub орналасқан)"),
    ("Who chairs Kazakhtelecom?", None, "And why?", "Why? (chairs Kazakhtelecom)"),
    ("Who designed the park of Tarnov?", "Lena Hart", "And the budget?",
     "The budget? (designed park Tarnov)"),
    ("How many pupils does the school of Orlava have?", "640", "And how many teachers?",
     "How many teachers? (school Orlava)"),
    ("How many teachers? (school Orlava)", "32", "And buses?", "Buses? (school Orlava)"),
    ("Combien d'entreprises à l'Astana Hub ?", None, "Et le budget ?",
     "Le budget ? (Astana Hub)"),
    ("Combien d'entreprises à l'Astana Hub ?", None, "Et combien d'étages ?",
     "Combien d'étages ? (Astana Hub)"),
    ("Who runs Astana Hub?", "Eva Lang", "What is its address?",
     "What is its address? (runs Astana Hub)"),
    ("Who runs Astana Hub?", "Eva Lang", "How old is she?", "How old is she? (Eva Lang)"),
    ("Où a-t-il travaillé ? (Jean Valmont)", None, "Pourquoi ?", "Pourquoi ? (Jean Valmont)"),
]  # fmt: skip
NEW = [
    "Quand le supercalculateur sera-t-il livré ?",
    "Which company doubled its revenue?",
    "Who won the 2018 football World Cup?",
    "Combien y a-t-il de planètes ?",
    "Qui est Elvin Abbasov ?",
    "Et qui préside Kazakhtelecom ?",
    "Кто такой Токаев?",
    "supercalculateur kazakh exaflops",
    "How long does it take Firebird to build a data centre in Armenia?",
    "Kaspi компаниясының құны қанша?",
    "What is the boiling point of ethanol?",
    "Y a-t-il un métro à Almaty ?",
    "Is it raining?",
    "and hospitals in Georgia?",
    "Et le budget de Tbilissi ?",
]


@pytest.mark.parametrize(("before", "question", "expected"), REPLACED)
def test_another_one_takes_the_place_of_the_one_asked_before(
    before: str, question: str, expected: str
) -> None:
    assert complete(question, Turn(before)) == expected


@pytest.mark.parametrize(("before", "answer", "question", "expected"), POINTING)
def test_a_pronoun_gets_the_subject_of_the_question_before(
    before: str, answer: str | None, question: str, expected: str
) -> None:
    assert complete(question, Turn(before, answer)) == expected


@pytest.mark.parametrize("question", NEW)
def test_a_question_with_its_own_subject_is_new(question: str) -> None:
    before = Turn("How many exaflops does the Kazakh supercomputer have?", "two exaflops")
    assert complete(question, before) is None


@given(st.text(max_size=80), st.text(max_size=80), st.none() | st.text(max_size=20))
def test_any_text_is_survived(question: str, before: str, answer: str | None) -> None:
    found = complete(question, Turn(before, answer))
    assert found is None or found.strip()
