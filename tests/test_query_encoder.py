"""Training what reads questions: what it is shown, and that what is trained is what is run."""

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from rag.bundled.tuned import QUERY_FILE, read_tuned
from rag.encoders import BundledEncoder
from rag.index import Index
from rag.store.generation import Generation
from rag.training.plain import plainly, slip
from rag.training.query_encoder import Lesson, Passages, QueryEncoder, batches
from rag.training.tuning import exported, padded

UNSEEN = {  # languages that nothing was trained on, asking for ANSWERS
    "es": [
        "¿Cuántos exaflops tiene el superordenador kazajo?",
        "¿Cuántas empresas hay en Astana Hub?",
        "¿Qué medalla ganó Shaidorov en el Mundial de 2025?",
        "¿Cuándo tuvo lugar el foro Digital Bridge?",
        "¿Qué empresa estadounidense obtuvo una licencia de exportación para Armenia?",
        "¿Cuánto vale Kaspi?",
        "¿Cuánto costó el acuerdo entre Nvidia y Kazajistán?",
    ],
    "ar": [
        "كم عدد الإكسافلوبس في الحاسوب العملاق الكازاخستاني؟",
        "كم عدد الشركات في أستانا هب؟",
        "ما الميدالية التي فاز بها شايدوروف في بطولة العالم 2025؟",
        "متى انعقد منتدى ديجيتال بريدج؟",
        "ما الشركة الأمريكية التي حصلت على رخصة تصدير إلى أرمينيا؟",
        "ما قيمة شركة كاسبي؟",
        "ما قيمة الاتفاق بين إنفيديا وكازاخستان؟",
    ],
    "zh": [
        "哈萨克斯坦的超级计算机有多少百亿亿次浮点运算能力？",
        "阿斯塔纳中心有多少家公司？",
        "沙伊多罗夫在2025年世锦赛上获得了什么奖牌？",
        "数字桥论坛什么时候举行？",
        "哪家美国公司获得了向亚美尼亚出口的许可证？",
        "Kaspi公司的价值是多少？",
        "英伟达与哈萨克斯坦的协议金额是多少？",
    ],
    "hi": [
        "कज़ाख सुपरकंप्यूटर में कितने एक्साफ्लॉप्स हैं?",
        "अस्ताना हब में कितनी कंपनियाँ हैं?",
        "2025 विश्व चैंपियनशिप में शाइदोरोव ने कौन सा पदक जीता?",
        "डिजिटल ब्रिज फोरम कब हुआ?",
        "किस अमेरिकी कंपनी को आर्मेनिया के लिए निर्यात लाइसेंस मिला?",
        "कास्पी का मूल्य कितना है?",
        "एनवीडिया और कज़ाख़िस्तान के बीच समझौते की राशि कितनी है?",
    ],
    "ja": [
        "カザフスタンのスーパーコンピューターは何エクサフロップスですか？",
        "アスタナ・ハブには企業がいくつありますか？",
        "シャイドロフは2025年世界選手権で何のメダルを獲得しましたか？",
        "デジタルブリッジフォーラムはいつ開催されましたか？",
        "アルメニアへの輸出許可を得たアメリカの企業はどこですか？",
        "カスピの企業価値はいくらですか？",
        "エヌビディアとカザフスタンの契約額はいくらですか？",
    ],
}
ANSWERS = [
    "environ deux exaflops",
    "1 700 entreprises",
    "médaille d’argent",
    "2 au 4 octobre",
    "américaine Firebird",
    "10 milliards de dollars de valorisation",
    "2 milliards de dollars",
]


def test_a_passage_scores_by_itself_and_its_best_sentence() -> None:
    passages = Passages(
        passages=torch.tensor([[1.0, 0.0], [0.0, 1.0]]),
        sentences=torch.tensor([[0.6, 0.8], [1.0, 0.0], [0.0, 1.0]]),
        owners=torch.tensor([0, 0, 1]),
        files=torch.tensor([0, 0]),
    )
    scores, cosines = passages.scores(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    assert torch.allclose(scores, torch.tensor([[1.0, 0.0], [0.4, 1.0]]))
    assert torch.allclose(cosines, torch.tensor([[0.6, 1.0, 0.0], [0.8, 0.0, 1.0]]))


def test_questions_are_drawn_in_all_their_languages_and_articles_more_often() -> None:
    lessons = [
        Lesson(0, ("Où ?", "Where?", "Где?"), passage=0, sentence=0, held_out=False),
        Lesson(1, ("When?",), passage=1, sentence=1, held_out=False),
        Lesson(3, ("Ne zaman?",), passage=2, sentence=2, held_out=False),
    ]
    drawn = batches(lessons, random.Random(0))
    texts = [text for _ in range(40) for _, text in next(drawn)]
    counts = {text: texts.count(text) for text in set(texts)}
    assert counts.keys() == {"Où ?", "Where?", "Где?", "When?", "Ne zaman?"}
    first = counts["Où ?"] + counts["Where?"] + counts["Где?"]
    assert counts["When?"] > first > counts["Ne zaman?"]
    assert counts["Where?"] + counts["Где?"] > counts["Où ?"]


def test_now_and_then_a_question_is_typed_in_haste() -> None:
    rng = random.Random(0)
    seen = {plainly("Où est l'École ?", rng) for _ in range(500)}
    assert seen == {
        *("Où est l'École ?", "Où est l'École"),
        *("ou est l'ecole ?", "ou est l'ecole"),
    }


def test_a_slip_spoils_one_long_word_and_keeps_its_first_letter() -> None:
    rng = random.Random(0)
    seen = {slip("Qui a bâti le moulin ?", rng) for _ in range(500)}
    words = {text.removeprefix("Qui a bâti le ").removesuffix(" ?") for text in seen}
    assert {"mulin", "moullin", "muolin"} <= words
    assert all(word[0] == "m" and 5 <= len(word) <= 7 for word in words)
    assert slip("Où est-ce ?", rng) == "Où est-ce ?"


def test_what_is_trained_is_what_is_run(tmp_path: Path) -> None:
    bundled = BundledEncoder()
    folder = exported(tmp_path)
    model = QueryEncoder(folder)
    published = {name: tensor.clone() for name, tensor in model.tuned().items()}
    model.take(read_tuned(QUERY_FILE))
    model.eval()
    assert any(not torch.equal(own, published[name]) for name, own in model.tuned().items())
    texts = ["Où se trouve le pont ?", "Сколько жителей в городе?", "When does it open?"]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    rows = [encoding.ids for encoding in tokenizer.encode_batch([f"query: {t}" for t in texts])]
    with torch.no_grad():
        vectors = model(*padded(rows)).numpy()
    assert (vectors * bundled.encode_query(texts)).sum(1).min() > 0.98


@pytest.mark.parametrize("language", UNSEEN)
def test_languages_that_were_not_trained_on_find_as_much_as_before(
    language: str, seeds_index: Index
) -> None:
    generation = seeds_index.generation
    sentences = np.asarray(generation.sentence_vectors, np.float32)
    texts = list(_sentences(generation))
    found = []
    for encoder in (BundledEncoder(precision="fp32"), BundledEncoder()):
        scores = encoder.encode_query(UNSEEN[language]) @ sentences.T
        answering = [[answer in text for text in texts] for answer in ANSWERS]
        ranks = [
            int((own > own[right].max()).sum()) + 1
            for own, right in zip(scores, answering, strict=True)
        ]
        found.append(float(np.mean([1 / rank for rank in ranks])))
    before, now = found
    assert now >= before - 0.02
    assert now > 0.8


def _sentences(generation: Generation) -> Iterator[str]:
    for passage in generation.passages:
        text = generation.text(int(passage["article"]))
        for row in generation.sentences[int(passage["first"]) : int(passage["last"])]:
            yield text[int(row["start"]) : int(row["end"])]
