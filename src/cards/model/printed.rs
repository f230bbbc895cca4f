//! What is printed on more than one document, and typed from it.

use super::{Form, entry_rows};

entry_rows! {
    BIRTH "birth" Form::PrintedDate, "birth-date-form": "生年月日" "birth date"
        "生年月日（印刷のとおりに。例: S55-02-17、昭和55年2月17日、西暦1980年2月17日）"
        "Birth date, as printed (S55-02-17 for Showa 55; a Western year such as 1980-02-17 only if it is printed so)"
        "カードの印刷のとおりに入力してください。例: S55-02-17、昭和55年2月17日。西暦で印刷されているときは western:1980-02-17。"
        "Write it as printed on the card: S55-02-17 for Showa 55, or western:1980-02-17 if a Western year is printed.";
    EXPIRY "expiry" Form::Day, "bad-expiry": "有効期間満了日" "date of expiry"
        "有効期間満了日（印刷のとおりに。例: 31 DEC 2035、2035-12-31）" "Date of expiry (as printed, such as 31 DEC 2035 or 2035-12-31)"
        "印刷のとおりに、西暦の年月日で入力してください。例: 31 DEC 2035、2035-12-31、351231。"
        "Write it as printed, with its Western year: 31 DEC 2035, 2035-12-31 or 351231.";
}
