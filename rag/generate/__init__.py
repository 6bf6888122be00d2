"""An optional language model behind an OpenAI-compatible URL, and the check of all it writes.

from rag.generate import LanguageModel, generate_answer

model = LanguageModel("http://127.0.0.1:11434/v1", "qwen3:4b")
written = generate_answer(rag.open_index("index"), "…", model=model)
written.generated.text if written.generated.used else written.answer.answer
"""

from rag.generate.client import LanguageModel
from rag.generate.records import Claim, Generated, GeneratedAnswer
from rag.generate.writing import generate_answer, write_answer

__all__ = [
    "Claim",
    "Generated",
    "GeneratedAnswer",
    "LanguageModel",
    "generate_answer",
    "write_answer",
]
