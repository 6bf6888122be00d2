"""Texts in many scripts, from which the int8 graph takes the ranges of its activations.

Written for this project; no benchmark's text is among them.
"""

QUERIES = (
    "Qui a fondé la bibliothèque et en quelle année ?",
    "When does the night train leave?",
    "Когда был построен мост через реку?",
    "Köprü ne zaman inşa edildi?",
    "Қаланың халқы қанша?",
    "Körpü nə vaxt tikilib?",
    "Wie hoch ist der Berg?",
    "¿Cuánto cuesta la entrada?",
    "Quanto dura il viaggio?",
    "图书馆几点开门？",
    "駅までどのくらいかかりますか。",
    "도서관은 어디에 있습니까?",
    "متى افتتح المتحف؟",
    "पुल कब बना था?",
    "Πότε χτίστηκε η γέφυρα;",
    "budget 2024",
    "a",
    "?",
)

PASSAGES = (
    "La bibliothèque municipale a ouvert ses portes en 1887, dans une ancienne halle aux grains. "
    "Son fondateur, un imprimeur, légua 12 000 volumes à la ville, à la condition que la lecture "
    "y reste gratuite. Fermée pendant les travaux de 1998 à 2003, elle accueille aujourd'hui près "
    "de 450 000 visiteurs par an, et prête des livres en vingt-trois langues.",
    "The night train leaves the coast at 21:40 and reaches the capital at 6:15. A berth costs 38 "
    "euros when it is booked a week ahead; bicycles travel free of charge, but need a reservation. "
    "In winter, when snow closes the pass, buses replace it between the two mountain stations.",
    "Мост через реку построили в 1932 году по проекту инженера Соколова. Длина центрального "
    "пролёта — 128 метров. После наводнения 1957 года опоры укрепили, а движение трамваев "
    "перенесли на новый мост, расположенный в двух километрах ниже по течению.",
    "Köprü, 1932 yılında mühendislerin hazırladığı projeye göre inşa edildi. Orta açıklığı 128 "
    "metredir. 1957'deki selden sonra ayakları güçlendirildi ve tramvay hattı iki kilometre "
    "aşağıdaki yeni köprüye taşındı.",
    "Қала өзеннің сол жағалауында орналасқан, халқы екі жүз мыңға жуық. Мұнда үш университет, "
    "опера театры және ботаникалық бақ бар. Қыста ауа температурасы қырық градусқа дейін түседі, "
    "ал жазда дала құрғақ әрі ыстық болады.",
    "Şəhər çayın sol sahilində yerləşir, əhalisi iki yüz minə yaxındır. Burada üç universitet, "
    "opera teatrı və botanika bağı var. Qışda hava çox soyuq, yayda isə quru və isti olur.",
    "Der Nationalpark umfasst 24 000 Hektar Wald, Moor und Heide. Seit der Rückkehr der Luchse im "
    "Jahr 2006 wird der Bestand mit Wildkameras gezählt; zuletzt waren es elf ausgewachsene Tiere. "
    "Wanderwege dürfen zwischen November und März nicht verlassen werden.",
    "El museo conserva más de tres mil piezas de cerámica, halladas en las excavaciones del valle. "
    "La entrada cuesta ocho euros y es gratuita los domingos. Las visitas guiadas empiezan a las "
    "diez y a las cuatro de la tarde.",
    "Il vino della collina matura per diciotto mesi in botti di rovere. La cooperativa, fondata "
    "nel dopoguerra da quaranta famiglie, ne esporta oggi la metà in Giappone e in Canada.",
    "A cooperativa de pescadores vende o peixe diretamente aos restaurantes da cidade. Em dias de "
    "mau tempo, os barcos não saem, e o mercado abre apenas depois das nove horas.",
    "图书馆收藏了大约十二万册古籍，其中最早的一部刻于宋代。读者凭身份证可以免费借阅普通图书，"
    "但古籍只能在馆内阅览。每周一闭馆，夏季开放到晚上九点。",
    "この町の陶器は四百年以上の歴史を持つ。良質な土と豊かな水に恵まれ、江戸時代には全国へ運ばれた。"
    "現在も三十ほどの窯元が残り、秋には陶器市が開かれて十万人が訪れる。",
    "이 마을에는 사백 년 된 은행나무가 있다. 가을이면 전국에서 사진가들이 모여들고, 주민들은 나무 "
    "아래에서 음악회를 연다. 나무는 1962년에 천연기념물로 지정되었다.",
    "افتتح المتحف أبوابه عام ١٩٥٨ في قصر قديم يطل على البحر. يضم أكثر من ألفي قطعة أثرية، منها "
    "عملات ذهبية وأوان من الفخار. أجرة الدخول رمزية، والزيارة مجانية للطلاب.",
    "این شهر در دامنه کوه قرار دارد و بازار آن از قدیمی‌ترین بازارهای منطقه است. فرش‌های دستباف آن "
    "به بسیاری از کشورها فرستاده می‌شود.",
    "הספרייה נוסדה בשנת 1892 ומחזיקה כיום יותר מחמישה מיליון פריטים. הכניסה לאולם הקריאה חופשית, "
    "אך יש להזמין כתבי יד יום מראש.",
    "नदी पर बना यह पुल सन् १९३२ में पूरा हुआ। इसकी लंबाई लगभग आठ सौ मीटर है। बाढ़ के बाद इसके खंभों को "
    "मज़बूत किया गया और अब इस पर केवल पैदल यात्री चलते हैं।",
    "এই গ্রামের মেলা প্রতি বছর শীতকালে বসে। কারিগরেরা মাটির পুতুল, বাঁশের ঝুড়ি আর রঙিন কাপড় বিক্রি করেন।",
    "இந்தக் கோயில் ஆயிரம் ஆண்டுகளுக்கு முன் கட்டப்பட்டது. அதன் கோபுரம் அறுபது மீட்டர் உயரம் கொண்டது.",
    "ตลาดน้ำแห่งนี้เปิดทุกวันเสาร์และอาทิตย์ ตั้งแต่เจ็ดโมงเช้าจนถึงบ่ายสาม นักท่องเที่ยวนิยมนั่งเรือชมสวนผลไม้",
    "Khu chợ nổi họp từ sáng sớm, khi thuyền từ các miệt vườn chở trái cây về bán. Đến chín giờ "
    "thì chợ đã vãn, và người ta quay sang ăn bún trên thuyền.",
    "Pasar terapung itu buka setiap akhir pekan. Pengunjung dapat naik perahu untuk melihat kebun "
    "buah, lalu mencicipi masakan setempat di tepi sungai.",
    "Το λιμάνι χτίστηκε τον πέμπτο αιώνα π.Χ. και χρησιμοποιήθηκε ως τον μεσαίωνα. Οι ανασκαφές "
    "έφεραν στο φως αμφορείς, νομίσματα και δύο ναυάγια.",
    "Міст збудували 1932 року. Після повені його опори зміцнили, а трамвайну колію перенесли на "
    "новий міст, що стоїть за два кілометри нижче за течією.",
    "Stara fabryka papieru stoi nad rzeką od 1784 roku. Dziś mieści się w niej muzeum druku, w "
    "którym można samemu odlać arkusz i zobaczyć maszyny z czasów wojny.",
    "A könyvtár olvasóterme a hét minden napján nyitva tart. Kölcsönözni csak beiratkozott olvasó "
    "tud, egyszerre legfeljebb hat kötetet, négy hétre.",
    "Järven rannalla on kolmesataa mökkiä, joista suurin osa rakennettiin 1960-luvulla. Vesi on "
    "kirkasta, ja talvella jään yli kulkee hiihtolatu.",
    "ქალაქი მდინარის ორივე ნაპირზეა გაშენებული. ძველი ხიდი ქვისაა, ახალი კი ფოლადისა და მინის.",
    "Քաղաքի հին գրադարանը պահպանում է տասնյոթ հազար ձեռագիր, որոնցից շատերը նկարազարդ են։",
    "Maktaba ya mji ilifunguliwa mwaka 1961. Wasomaji wanaweza kukopa vitabu vitatu kwa wiki.",
    "Shaharda uchta universitet, opera teatri va botanika bogʻi bor. Yozda havo issiq va quruq.",
    "def mean(values: list[float]) -> float:\n    return sum(values) / len(values)  # ZeroDivision",
    "Total: 1 284,50 € (TVA 20 %) | Réf. AX-2041/b | tél. +33 1 23 45 67 89 | 14.03.2024 09:30",
    "https://example.org/articles/2024/03/14/index.html?lang=fr&page=2#notes — contact@example.org",
    "E = mc² ; ∑ x² / n ≈ 3,14159 ; 2 H₂ + O₂ → 2 H₂O ; α ≤ β ; 10⁻⁶ m ; −273,15 °C ; √2 ∉ ℚ",
    "OFFICIAL NOTICE!!! ALL ROADS TO THE HARBOUR ARE CLOSED UNTIL FURTHER NOTICE (SEE MAP) >>>",
    "🎉🎉 super concert hier soir 😂 merci à tous ❤️👍 #musique @amis … à refaire !!!",
    "Nom\tÂge\tVille\nAmélie\t34\tLyon\nBakyt\t28\tAlmaty\nÇelik\t41\tİzmir\nƏli\t19\tBakı",
    "1. Introduction\n2. Méthode\n3. Résultats\n4. Discussion\n\nAnnexe A — Questionnaire",
    "........ ---- ____ **** (((( )))) [[ ]] {{ }} ;;; ::: ,,, ''' \"\"\" ««« »»» ~~~ ||| \\\\ //",
    "oui oui oui oui oui oui oui oui oui oui oui oui oui oui oui oui oui oui oui oui oui oui oui",
    "x",
)
