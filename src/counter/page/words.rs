//! The words of the counter's pages that no card, check or message brings.

use crate::lang::Bilingual;

macro_rules! words {
    ($($name:ident: $ja:literal, $en:literal;)*) => {
        $(pub(super) const $name: Bilingual = Bilingual::new($ja, $en);)*

        #[cfg(test)]
        pub(super) const ALL: &[Bilingual] = &[$($name),*];
    };
}

words! {
    TITLE: "対面確認", "identity check";
    CUSTOMER_TITLE: "暗証番号の入力", "PIN entry";
    TOOLS: "画面の設定", "Settings of this page";
    READER: "リーダー", "Reader";
    NO_READER: "リーダーがありません", "no reader";
    SOUND: "音", "Sound";
    ON: "オン", "on";
    OFF: "オフ", "off";
    END: "終了", "End";
    OPEN_CUSTOMER: "お客様用の画面を開く", "Open the customer's page";

    WAITING: "カードを置いてください", "Place the card on the reader";
    WAITING_HOW: "リーダーの中央に平らに置き、結果が出るまで動かさないでください。ケースや財布からは出してください。",
        "Lay it flat on the middle of the reader, out of its case or wallet, and leave it there until the result shows.";
    READABLE: "読み取れるもの", "What can be read";
    LAST_TIME: "前の読み取りについて", "About the last reading";

    TROUBLE: "リーダーを使えません", "The reader cannot be used";
    TO_DO: "すること", "What to do";
    HEALS: "直ると、この画面は自動で元に戻ります。", "This page goes on by itself when it is put right.";
    FOUND_BY_DOCTOR: "調べて分かったこと", "What was found out about it";

    READING: "読み取っています", "Reading the card";
    READING_NOW: "いま読んでいるもの", "Now reading";
    CONNECTING: "カードを調べています", "Recognising the card";
    SHARED: "スマートフォンに求めている項目", "What the phone is asked for";
    SHARED_KEPT: "保存すると伝えています。", "The phone says that it will be kept.";
    SHARED_NOT_KEPT: "保存しないと伝えています。", "The phone says that it will not be kept.";
    SHARED_UNNAMED: "読取側の証明書を送らないので、スマートフォンに警告が出ることがあります。", "No reader certificate is sent, so the phone may show a warning.";
    DO_NOT_MOVE: "カードを動かさないでください。", "Do not move the card.";
    HINT_POSITION: "カードの反応がありません。リーダーの中央に、まっすぐ置かれているか確かめてください。",
        "The card does not answer. See that it lies flat on the middle of the reader.";
    HINT_AGAIN: "まだ反応がありません。カードをいったん離し、ケースから出して、もう一度置いてください。金属の机の上や、ほかのカードと重ねた状態では読めないことがあります。",
        "The card still does not answer. Take it off the reader and out of its case, and place it again. A metal desk or a second card may be in the way.";

    ENTER_PRINTED: "カードに印刷されている内容を入力してください", "Enter what is printed on the card";
    ENTER_KEY: "Enterで次の欄へ進み、最後の欄で読み取りを始めます。", "Enter goes on to the next field. In the last one it starts the reading.";
    READ_CARD: "読み取る", "Read the card";
    GIVEN: "入力済み", "entered";
    WAITS: "入力待ち", "waiting";
    NOT_ASKED: "たずねません", "not asked";
    WITHOUT_IT: "この番号なしで続けます", "goes on without it";
    WESTERN: "カードの生年月日は、西暦で印刷されていますか", "Does the card show the birth date with a Western year?";
    WESTERN_WHY: "元号か西暦かで照合の値が変わります。印刷をそのまま確かめてください。", "The card compares what is printed. Look at the print: era or Western year.";
    WESTERN_YES: "はい、西暦で印刷されています", "Yes, a Western year is printed";
    WESTERN_NO: "いいえ、元号で入力し直します", "No, I will enter the era";
    CUSTOMER_ENTERS: "お客様に暗証番号を入力していただきます", "The customer enters the PIN";
    CUSTOMER_HOW: "暗証番号は、お客様ご本人がお客様用の画面で入力します。係員は聞かず、見ないでください。",
        "Only the customer enters the PIN, on the customer's page. Do not ask for it and do not look.";
    HAND_OVER: "この画面をお客様に渡す", "Hand this screen to the customer";
    FORGOTTEN_STAFF: "お客様は暗証番号が分からない", "The customer does not know the PIN";

    HANDED: "お客様が入力中です", "The customer has this screen";
    TAKE_BACK: "係員の画面に戻る", "Back to the staff page";

    FACE: "ICチップの写真と本人の顔", "Chip's picture and person";
    FACE_OF_PRINT: "券面の写真と本人の顔", "Printed picture and person";
    MATCHES: "一致", "Matches";
    DOES_NOT_MATCH: "不一致", "Does not match";
    CANNOT_TELL: "判断できない", "Cannot tell";
    NOT_COMPARED: "まだ見比べていません", "not compared yet";
    MATCHES_SO: "一致", "matches";
    DOES_NOT_MATCH_SO: "不一致。手続きを止め、責任者に相談してください。", "does not match. Stop here and ask the person in charge.";
    CANNOT_TELL_SO: "判断できない。別の本人確認書類も見せていただいてください。", "cannot tell. Ask for another document as well.";

    PERSON: "本人とカードの情報", "Person and card";
    NOT_PASSED: "合格していない必須の検査", "Required checks that did not pass";
    DETAILS: "検査と根拠", "Checks and grounds";
    AUDIT: "監査用の記録", "For auditors";

    FORM: "申込書との照合", "Compare with the application form";
    FORM_HOW: "申込書のとおりに入力するか、貼り付けてください。Enterで次の欄へ進みます。", "Type or paste what the form says. Enter goes on to the next field.";
    FORM_COMPARE: "照合する", "Compare";
    FORM_RESULT: "照合の結果", "What came of it";
    FORM_FOUND: "申込書との照合", "Form";
    FORM_AGREES: "すべての欄が一致", "every field agrees";
    FORM_AGREEING: "一致", "agrees";
    FORM_NOT_COMPARED: "比べていません", "not compared";
    FORM_ACCEPT: "係員が同じと認める", "Staff accept it";
    FORM_ACCEPTED: "係員が確認済み", "accepted by staff";
    FORM_ACCEPTED_HOW: "もう一度押すと取り消します。照合の結果は「要確認」のままです。", "Press again to take it back. The result stays similar.";

    LAW: "この場合に法令でできること", "What the law leaves in this case";
    LAW_CASE: "場合", "Case";
    LAW_UNDER: "根拠とする法令", "Law";
    LAW_REVISION: "版", "revision";
    LAW_NO_ADVICE: "法的助言ではありません。社内の定めと所管庁の資料を確かめてください。どの方法も、上の判定を変えません。",
        "This is not legal advice: follow your firm's rules. Nothing here changes the verdict above.";
    LAW_NONE: "今日の取引に当たるプロファイルがありません", "No profile covers a transaction of today";
    LAW_NONE_HOW: "責任者に確かめてください。プロファイルは、このプログラムを起動するときに指定します。",
        "Ask whoever is in charge. Profiles are named when this program is started.";
    LAW_NO_ROW: "この場合について、プロファイルに定めがありません。責任者に相談してください。", "The profile says nothing of this case. Ask whoever is in charge.";
    LAW_METHOD: "方法", "Method";
    LAW_DOCUMENTS: "書類", "Documents";
    LAW_SOURCES: "出典", "Sources";
    LAW_UNVERIFIED: "未確認", "unverified";
    LAW_READ: "読んだもの", "read";
    LAW_UNREAD: "未読", "not read";

    RECORD_MAKE: "記録を作る", "Make the record";
    RECORD_MAKE_HOW: "法令が求める記録を作ります。写真は画面から消えます。カードはお返しできます。",
        "Makes the record that the law asks for. The picture goes from this page, and the card can be given back.";
    RECORD_UNREAL: "模擬カード・テスト用カードの記録は、テスト用のデータベースにだけ保存できます。", "Only a test database takes the record of a simulated card or a test card.";
    RECORD_TEST: "テスト用のデータベースです。法令の記録にはなりません。", "This is a test database: what is saved here is not a record under the law.";
    RECORD_KNOWN: "記入済みの項目", "What is known";
    RECORD_OTHERS: "当てはまるときだけ記入する項目", "Only if it applies";
    RECORD_CIRCUMSTANCES: "取引とお客様の区分", "Transaction and customer";
    RECORD_COMPANY: "お客様は法人", "the customer is a company";
    RECORD_AGENT: "来店者は代理人", "the person at the counter acts for the customer";
    RECORD_SINGLE: "一回限りの取引", "a single transaction";
    RECORD_HIGH_RISK: "ハイリスク取引", "a transaction of high risk";
    RECORD_PEP: "外国PEPs", "a foreign politically exposed person";
    RECORD_VISITOR: "日本に住居のない外国人", "a foreigner without an address in Japan";
    RECORD_SENT: "書類や写しの送付あり", "papers or copies were sent in";
    RECORD_VISIT: "赴いて交付", "handed over at the customer's place";
    RECORD_UPDATE: "項目を更新する", "Update the fields";
    RECORD_DAY: "2026-11-27 または 令和8年11月27日", "like 2026-11-27";
    RECORD_LIST: "いくつかあるときは「;」で区切る", "several are separated by semicolons";
    RECORD_GOODS: "品目 × 数量（いくつかあるときは「;」で区切る）", "article * quantity; several are separated by semicolons";
    RECORD_DOCUMENT: "提示を受けた書類", "Document that was presented";
    RECORD_BY: "顔の見比べ・方法の選択をした者", "Who compared the faces and chose the way";
    RECORD_PRINT: "チップに写真がありません。券面に写真があるかを見て、書類と方法を選んでください。",
        "The chip shows no photo. See whether one is printed, then choose the document and the method.";
    RECORD_REASON: "理由（係員の言葉で）", "Why, in your words";
    RECORD_BLANKS_HOW: "分からない項目は空けておけます。空欄は名前の付いた未記入として残り、後から記入できます。",
        "What you do not know can stay blank. A blank is kept by name and can be filled in later.";
    RECORD_TO_REVIEW: "確認画面へ", "Look it over";
    RECORD_DROP: "記録を残さずに終わる", "End without a record";
    RECORD_DROP_HOW: "入力した内容は消え、記録は残りません。", "What was entered goes, and no record is kept.";
    RECORD_DROP_YES: "記録せずに終わる", "End without a record";
    RECORD_REVIEW: "記録の内容を確かめてください", "Look the record over";
    RECORD_OPEN: "未記入の項目", "Open fields";
    RECORD_OPEN_HOW: "未記入の項目は、後から「記録を見る」で記入できます。", "They can be filled in later, under Records.";
    RECORD_PHOTO: "写真も保存します。目的", "The photo is kept as well. Purpose";
    RECORD_NO_PHOTO: "写真、性別、本籍、個人番号、照合番号Bは保存しません。", "Photo, sex, registered domicile, My Number and verification number B are not kept.";
    RECORD_SAVE: "保存する", "Save";
    RECORD_BACK: "修正する", "Correct it";
    RECORD_ITEM: "項目", "Field";
    RECORD_VALUE: "内容", "Content";
    RECORD_SOURCE: "出どころ", "From";
    RECORD_BLANK: "未記入", "open";
    RECORD_SAVING: "保存しています", "Saving";
    RECORD_NOT_SAVED: "保存されていません", "It is not saved";
    RECORD_SAVED: "保存しました", "Saved";
    RECORD_NUMBER: "記録の番号", "Number of the record";
    RECORD_NEXT: "次のお客様へ", "Next customer";

    BOOKS: "記録を見る", "Records";
    BOOKS_BY: "何で探すか", "Search by";
    BOOKS_TEXT: "探す言葉", "Text to search for";
    BOOKS_FIND: "探す", "Search";
    BOOKS_RECENT: "新しいもの", "Newest";
    BOOKS_BUSY: "調べています", "Looking it up";
    BOOKS_NONE: "見つかりませんでした", "Nothing was found";
    BOOKS_AT: "保存日時", "Saved at";
    BOOKS_SHOW: "表示", "Show";
    BOOKS_PURGED: "消去済み", "purged";
    BOOKS_HISTORY: "変更の履歴", "History";

    ADD: "この記録に追記する", "Add to this record";
    ADD_HOW: "前の内容は消えません。変更の履歴に残ります。", "Nothing is overwritten: what stood there before stays in the history.";
    ADD_FIELD: "項目の変更・記入", "A field changed or was blank";
    ADD_END: "取引・契約の終了", "The relation has ended";
    ADD_RECHECK: "確認済みのお客様との取引", "A returning customer";
    ADD_RELIANCE: "ほかの事業者の確認への依拠", "Another operator's check";
    ADD_WHICH: "どの項目か", "Which field";
    ADD_VALUE: "新しい内容", "Its new content";
    ADD_WHY: "変更の区分", "Why";
    ADD_LEARNED: "何で確かめたか（届出・書類など）", "Learned from (a notice, a document)";
    ADD_RELATION: "どの取引・契約か", "Which relation";
    ADD_SINCE: "開始", "since";
    ADD_ENDED: "終了した日", "Day of the end";
    ADD_ON: "取引の日", "Day of the transaction";
    ADD_KNOWN: "同じお客様と分かった方法", "How the customer was recognised";
    ADD_WHOSE: "誰の確認か", "Whose check";
    ADD_OPERATOR: "事業者の名称", "Operator";
    ADD_AGREEMENT: "取決めの名称・番号", "Agreement, by name or number";
    ADD_CONFIRMED: "確認済みと確かめた日時", "When it was confirmed to be complete";
    ADD_MOMENT: "2026-11-27 10:30", "like 2026-11-27 10:30";
    ADD_LASTS: "取引の期間", "How long the relation lasts";
    ADD_CONTINUING: "続く取引・契約", "it goes on";
    ADD_BY: "追記する者", "Who adds it";
    ADD_SAVE: "追記する", "Add it";
    ADD_CANCEL: "やめる", "Cancel";
    ADDED: "追記しました。番号", "Added. Number";

    FAILED: "読み取れませんでした", "The card was not read";
    AGAIN: "もう一度読み取る", "Read it again";
    AGAIN_HOW: "入力は最初からやり直しです。前に入力された内容は消してあります。", "Everything is entered anew: what was entered before is gone.";
    READ_GUEST: "このカードの次の情報を読み取る", "Read another application of this card";
    WITHOUT_PIN: "暗証番号なしで読み取る", "Read it without a PIN";
    WITHOUT_PIN_HOW: "有効期限など、暗証番号がなくても分かることだけを表示します。真正かどうかは判定できません。",
        "Shows the expiry and what else needs no PIN. Whether the card is authentic stays open.";
    LAST_TRY: "最後かもしれない1回を使う", "Use what may be the last try";
    LAST_TRY_HOW: "次に間違えるとロックされ、お客様は窓口での手続きが必要になります。お客様に説明し、同意を得たときだけ続けてください。",
        "If the next entry is wrong, it is blocked, and the customer must have it unblocked in person. Go on only if the customer agrees to this.";
    LAST_TRY_YES: "同意を得ました。最後かもしれない1回を使って読み取る", "The customer agrees: read with what may be the last try";

    ENDED: "終わりました", "Finished";
    ENDED_HOW: "表示していた内容は消しました。カードをお客様にお返しください。", "Everything that was shown is gone. Give the card back to the customer.";

    IDLE: "この画面の内容は、まもなく消えます", "What this page shows will soon be gone";
    IDLE_AT: "消える時刻", "Gone at";
    EXTEND: "時間を延ばす", "More time";

    PAD_WAITING: "係員がご案内します", "The staff will guide you";
    PAD_WAITING_HOW: "暗証番号が必要になると、この画面に入力欄が出ます。", "If a PIN is needed, you can enter it on this screen.";
    PAD_READING: "カードを読み取っています", "The card is being read";
    PAD_CONSENT: "スマートフォンの画面を確かめてください", "Look at your phone";
    PAD_CONSENT_HOW: "次の項目を渡してよいかは、スマートフォンの画面で選べます。渡さないこともできます。",
        "Your phone asks whether you share these. You may decline there.";
    PAD_OVER: "入力は終わりました", "Your part is done";
    PAD_OVER_HOW: "係員の案内をお待ちください。", "Please wait for the staff.";
    PAD_LETTERS: "入力して「決定」を押してください。係員には見えません。", "Type it, then press Enter. The staff cannot see it.";
    PAD_KEYS: "数字", "Digits";
    PAD_DELETE: "1文字消す", "Delete";
    PAD_ENTER: "決定", "Enter";
    PAD_FORGOTTEN: "分かりません", "I do not know it";
    PAD_LANGUAGE: "表示の言語", "Language";

    SIM: "模擬カード", "Simulated cards";
    SIM_HOW: "リーダーの代わりです。架空の人のカードを置いたり、離したりします。", "In place of a reader: places and removes cards of invented people.";
    SIM_CARD: "カード", "Card";
    SIM_GENUINE: "正常", "genuine";
    SIM_PLACE: "置く", "Place";
    SIM_REMOVE: "離す", "Remove";

    TABLET: "お客様用のタブレットで読み取ってください", "Scan this with the customer's tablet";
    TABLET_HOW: "この二次元コードは一度だけ使えます。お客様用の画面が開きます。", "The code opens the customer's page. It works once.";
    OPEN_HERE: "このコンピューターで開く", "Open it on this computer";
    CLOSE: "閉じる", "Close";

    STARTING: "接続しています", "Connecting";
    STARTING_HOW: "プログラムの応答を待っています。", "Waiting for the program to answer.";
    LOST: "プログラムとの接続が切れました", "The connection to the program is lost";
    LOST_HOW: "表示していた内容は消しました。taimen が動いていれば、自動でつながり直します。止まっているときは、起動し直してください。",
        "Everything that was shown is gone. If taimen is running, this page connects again by itself. If it has ended, start it again.";
    REFUSED: "この画面は使えません", "This page cannot be used";
    REFUSED_HOW: "このアドレスだけでは開けません。taimen を起動し直すか、係員の画面の「お客様用の画面を開く」で開いてください。",
        "This address alone does not open it. Start taimen again, or use \"Open the customer's page\" on the staff page.";
    NO_SCRIPT: "この画面を使うには、ブラウザーのJavaScriptを有効にしてください。", "Allow JavaScript in the browser to use this page.";
    BLOCKED_WINDOW: "お客様用の画面を開けませんでした", "The customer's page was not opened";
    BLOCKED_WINDOW_HOW: "ブラウザーが新しいウィンドウを止めました。このページに許可してから、もう一度押してください。",
        "The browser held the new window back. Allow this page to open one, then press the button again.";
    NOT_SENT: "送れませんでした", "It was not sent";
    NOT_SENT_HOW: "もう一度押してください。続くときは、taimen を起動し直してください。", "Press it again. If it goes on, start taimen again.";
}
