//! Each check as data: its machine name, what it proves, what it does not prove, what to do when it fails.

use serde::{Deserialize, Serialize};

use crate::{lang::Bilingual, text::named};

/// What people may know about a check.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CheckText {
    /// A short name.
    pub title: Bilingual,
    /// What holds when it passed.
    pub proves: Bilingual,
    /// What stays open even then.
    pub does_not_prove: Bilingual,
    /// What staff do when it did not pass.
    pub otherwise: Bilingual,
}

macro_rules! checks {
    ($($Id:ident $name:literal $title:literal $title_en:literal proves $proves:literal $proves_en:literal
        leaves_open $open:literal $open_en:literal otherwise $otherwise:literal $otherwise_en:literal;)*) => {
        named! {
            /// Every check that a report can hold, in the order of a report.
            #[derive(Serialize, Deserialize)]
            #[serde(rename_all = "kebab-case")]
            #[non_exhaustive]
            pub enum CheckId {
                $(#[doc = $title_en] $Id = $name,)*
            }
        }

        impl CheckId {
            /// What people may know about it.
            pub fn text(self) -> CheckText {
                match self {
                    $(Self::$Id => CheckText {
                        title: Bilingual::new($title, $title_en),
                        proves: Bilingual::new($proves, $proves_en),
                        does_not_prove: Bilingual::new($open, $open_en),
                        otherwise: Bilingual::new($otherwise, $otherwise_en),
                    },)*
                }
            }
        }
    };
}

// Machine name and title, then in both languages what the check proves, what it leaves open, and what else to do.
checks! {
    FaceCertificate "face-certificate" "券面APの証明書" "certificate of the face application"
        proves "券面データに署名した市区町村の鍵が、表示した発行者のCA鍵で証明されていること。"
            "The named CA key certified the municipality's key that signs the face data."
        leaves_open "証明書には期限も失効情報もありません。本番のCA鍵は発行者が公表しておらず、出所は一つだけです。証明書は誰でも読み出せるため、これだけではカードの真正性を示しません。"
            "The certificate has no dates and no revocation. The issuer does not publish the production CA keys; taimen has them from one source. Anybody can read the certificate, so on its own it says nothing about the card."
        otherwise "カードを真正なものとして扱わないでください。発行者の鍵が未登録なら、taimenの更新を確認してください。"
            "Do not treat the card as authentic. If the issuer's key is unknown, look for an update of taimen.";
    FaceSignature "face-signature" "券面データの電子署名" "signature of the face data"
        proves "生年月日・性別・氏名画像・住所画像・顔写真・ICチップの公開鍵が、発行時から変わっていないこと。"
            "Birth date, sex, name picture, address picture, face picture and the chip's public key are as issued."
        leaves_open "有効期限とセキュリティコードは署名の対象外です。カードの表面の印刷や、持参した人が本人であることは証明しません。"
            "Expiry and security code are not signed. It says nothing about the print on the card, nor whether the person is the holder."
        otherwise "データが改ざんされたか壊れています。本人確認書類として扱わないでください。"
            "The data was changed or is damaged. Do not accept the card.";
    AgeSignature "age-signature" "年齢確認データの電子署名" "signature of the age record"
        proves "生年月日とICチップの公開鍵が、発行時から変わっていないこと。"
            "Birth date and the chip's public key are as issued."
        leaves_open "氏名・住所・顔写真は読み取っていません。持参した人が本人であることは証明しません。"
            "Name, address and face picture were not read. It does not show that the person is the holder."
        otherwise "データが改ざんされたか壊れています。年齢確認に使わないでください。"
            "The data was changed or is damaged. Do not rely on the age.";
    ChipKey "chip-key" "ICチップの応答（複製の検出）" "answer of the chip (detects copies)"
        proves "読み取り時に、発行者が証明した秘密鍵を持つICチップが存在したこと。データだけの複製ではありません。"
            "A chip that holds the certified private key was there at the time of reading: not a copy of its data."
        leaves_open "別の場所にある本物のカードへの中継（リレー）は防げません。カードの盗難や、券面の偽造印刷も分かりません。"
            "It does not exclude a relay to a genuine card elsewhere, a stolen card or a re-printed face."
        otherwise "複製されたカードの疑いがあります。本人確認書類として扱わないでください。"
            "The card may be a copy. Do not accept it.";
    NotExpired "not-expired" "有効期限" "expiry"
        proves "カードに記録された有効期限の日が、日本時間で過ぎていないこと。"
            "The expiry day stored on the card has not passed, in Japan time."
        leaves_open "マイナンバーカードと、暗証番号なしで読んだ運転免許証では、有効期限は署名の対象外です。券面に印刷された期限と見比べてください。紛失・廃止されたカードかどうかは分かりません。"
            "On a My Number Card, and on a licence read without its PINs, the expiry is not signed: compare it with the print. It does not show whether the \
             card was lost or withdrawn."
        otherwise "期限切れのカードは本人確認書類として使えません（偽造という意味ではありません）。更新したカードか別の書類を求めてください。"
            "An expired card does not prove identity (that does not make it a forgery). Ask for the renewed card or another document.";
    TextCertificate "text-certificate" "券面入力補助APの証明書" "certificate of the text application"
        proves "文字データに署名した市区町村の鍵が、表示した発行者のCA鍵で証明されていること。"
            "The named CA key certified the municipality's key that signs the text data."
        leaves_open "証明書には期限も失効情報もありません。"
            "The certificate has no dates and no revocation."
        otherwise "文字の氏名・住所は使わず、画像の氏名・住所を見てください。"
            "Do not use name and address as text; read them from the pictures.";
    TextSignature "text-signature" "文字データの電子署名" "signature of the text data"
        proves "文字の氏名・住所・生年月日・性別が、市区町村が署名したものであること。"
            "Name, address, birth date and sex as text are what a municipality signed."
        leaves_open "文字データはこのICチップの鍵に結び付けられていません（同じ市区町村の別のカードのデータと差し替えられるおそれがあります）。画像の氏名・住所と見比べてください。"
            "No signature ties the text to this chip: the text of another card of the same municipality could take its place. Compare it with the pictures."
        otherwise "文字の氏名・住所は使わず、画像の氏名・住所を見てください。"
            "Do not use name and address as text; read them from the pictures.";
    TextChipKey "text-chip-key" "券面入力補助APの鍵の応答" "answer of the text application's key"
        proves "市区町村が証明した券面入力補助APの鍵が、読み取り時に存在したこと。"
            "A key of a text application answered at the time of reading, and a municipality certified it."
        leaves_open "その鍵が、読み取った文字データや券面APの鍵と同じカードのものであること。"
            "That the key belongs to the same card as the text, or as the face application's key."
        otherwise "文字の氏名・住所は使わず、画像の氏名・住所を見てください。"
            "Do not use name and address as text; read them from the pictures.";
    TextAgrees "text-agrees" "券面データと文字データの一致" "face and text data agree"
        proves "署名された券面データと文字データで、生年月日と性別が同じであること。"
            "Birth date and sex are the same in the signed face data and in the text."
        leaves_open "氏名と住所は券面データでは画像のため、機械では比べられません。人が見比べてください。"
            "Name and address are pictures in the face data: only a person can compare them."
        otherwise "別人の文字データの疑いがあります。文字の氏名・住所は使わないでください。"
            "The text may be another person's. Do not use name and address as text.";
    JpkiAuthChain "jpki-auth-chain" "利用者証明用電子証明書" "certificate for user authentication (JPKI)"
        proves "利用者証明用電子証明書が、J-LISの認証局が発行したもので、用途が正しく、判定の時点で期限内であること。"
            "The certificate for user authentication was issued by a J-LIS root for this use, and had not expired."
        leaves_open "失効しているかどうか（OCSP・CRLへの問い合わせは認定を受けた検証者だけに許され、行っていません）。この証明書には氏名等がなく、誰でも読み出せるため、これだけではカードや人との結び付きを示しません。"
            "Whether it was revoked: only certified verifiers may query OCSP and CRL, and taimen did not. It names nobody and anybody can read it, so on its own it is tied to no card and no person."
        otherwise "電子証明書の期限切れや失効はカードの真正性とは別の事柄です。利用者証明用電子証明書は根拠にしないでください。"
            "An expired certificate does not make the card a forgery. Do not rely on the certificate for user authentication.";
    JpkiAuthKey "jpki-auth-key" "利用者証明用の鍵の応答" "answer of the authentication key (JPKI)"
        proves "読み取り時に、利用者証明用電子証明書の秘密鍵を持つICチップがあり、その暗証番号が正しく入力されたこと。"
            "A chip with the private key of the certificate for user authentication was there, and its PIN was right."
        leaves_open "その鍵が券面データと同じ人のものであること（両者を結び付ける署名はありません）。別の場所にあるカードへの中継（リレー）は防げません。"
            "That the key belongs to the person of the face data: no signature ties the two. It does not exclude a relay to a card elsewhere."
        otherwise "利用者証明用の鍵を確認できませんでした。利用者証明用電子証明書は根拠にしないでください。"
            "The authentication key was not confirmed. Do not rely on the certificate for user authentication.";
    JpkiSignChain "jpki-sign-chain" "署名用電子証明書" "certificate for digital signature (JPKI)"
        proves "署名用電子証明書の氏名・住所・生年月日・性別が、J-LISの認証局が証明したもので、判定の時点で期限内であること。"
            "Name, address, birth date and sex in the certificate are what a J-LIS root certified; it had not expired."
        leaves_open "失効しているかどうか（引っ越しや氏名の変更でも失効します。OCSP・CRLへの問い合わせは認定を受けた検証者だけに許され、行っていません）。署名用の鍵は使っていないため、このICチップにその鍵があることは示しません。"
            "Whether it was revoked, as happens when the holder moves or changes the name: only certified verifiers may query OCSP and CRL, and taimen did not. The signing key was not used, so nothing shows that it is in this chip."
        otherwise "署名用電子証明書の氏名・住所等は使わないでください（期限切れは偽造という意味ではありません）。"
            "Do not use name, address and the like from this certificate. Expiry alone does not mean that it is forged.";
    JpkiAgrees "jpki-agrees" "署名用電子証明書と券面データの一致" "signing certificate and card data agree (JPKI)"
        proves "署名用電子証明書の生年月日と性別が署名された券面データと同じで、氏名と住所が（確認できた場合は）文字データと同じであること。代替文字は相違としません。"
            "Birth date and sex in the certificate are those of the signed face data; name and address are those of the text data, if that was confirmed. A substituted character does not count as a difference."
        leaves_open "同じ生年月日と性別の別人ではないこと（文字データを確認できなかったとき）。比べた項目は根拠の欄にあります。"
            "If the text was not confirmed: whether it is somebody else with the same birth date and sex. The evidence names the items that were compared."
        otherwise "別人の署名用電子証明書か、文字の表記の違いです。券面と見比べ、署名用電子証明書の内容は使わないでください。"
            "The certificate is another person's, or is written differently. Compare it with the print, and do not use it.";
    LicenceSignature "licence-signature" "運転免許証の電子署名" "signature of the licence"
        proves "記載事項・本籍・顔写真が、発行時から変わっていないこと（登録した証明書の鍵で確認）。"
            "The data, the registered domicile and the face picture are as issued (under the certificate you installed)."
        leaves_open "データの丸ごとの複製は見分けられません（運転免許証のICチップには複製を検出する公開の仕組みがありません）。外字の画像と、発行後に追記された氏名・住所等は署名の対象外です。免許の取消し・停止は分かりません。"
            "It does not exclude a complete copy of the data: the chip has no public means against copying. Pictures of external characters and what \
             was added after issue (name, address) are not signed. It does not show whether the licence was revoked or suspended."
        otherwise "本人確認書類として扱わないでください。証明書が未登録のため検査できない場合は、真正性は不明です。"
            "Do not accept the card. If no certificate is installed, taimen did not check the signature and knows nothing.";
    LicenceSigner "licence-signer" "運転免許証の署名者の証明書" "certificate of the licence's signer"
        proves "署名者の鍵が、利用者が登録した証明書の鍵であり、その証明書が交付日と現在に有効であること。"
            "The signer's key is that of a certificate you installed, which was valid on the day of issue and is valid now."
        leaves_open "登録した証明書が本当に都道府県公安委員会のものであること（証明書は公表されていません。入手元を確かめてください）。"
            "That the installed certificate really is the issuer's: none is published, so judge its source yourself."
        otherwise "署名者の証明書を入手できる場合は、taimen trust add --purpose drivers-licence で登録してください。"
            "If you can obtain the signer's certificate, install it with taimen trust add --purpose drivers-licence.";
    NoUnsignedChanges "no-unsigned-changes" "署名のない追記" "unsigned changes"
        proves "氏名・住所・条件・本籍の変更の追記がないこと。"
            "No change of name, address, condition or domicile was added after issue."
        leaves_open "追記の欄は署名の対象外です。消された追記があるかどうかは分かりません。"
            "The place for changes is not signed: it does not show whether a change was removed."
        otherwise "追記された内容は電子署名で守られていません。券面裏面の記載と見比べてください。"
            "What was added is not signed. Compare it with the back of the card.";
    MenkyoSignature "menkyo-signature" "マイナ免許証の電子署名" "signature of the licence application"
        proves "免許情報と顔写真が、記録されたときから変わっていないこと（登録した証明書の鍵で確認）。"
            "The licence record and its face picture are as written (under the certificate you installed)."
        leaves_open "氏名・住所・生年月日は記録になく、このマイナンバーカードの持ち主の免許であることを示す署名はありません。顔写真を見比べてください。免許の取消し・停止は分かりません。"
            "The record holds no name, address or birth date, and no signature ties it to the holder of this My Number Card: compare the pictures. It does \
             not show whether the licence was revoked or suspended."
        otherwise "免許の確認に使わないでください。証明書が未登録のため検査できない場合は、真正性は不明です。"
            "Do not rely on the licence. If no certificate is installed, taimen did not check the signature.";
    MenkyoSigner "menkyo-signer" "マイナ免許証の署名者の証明書" "certificate of the licence application's signer"
        proves "署名者の鍵が、利用者が登録した証明書の鍵であり、その証明書が記録日と現在に有効であること。"
            "The signer's key is that of a certificate you installed, which was valid on the day of the record and is now."
        leaves_open "登録した証明書が本当に発行者のものであること（証明書は公表されていません。入手元を確かめてください）。"
            "That the installed certificate really is the issuer's: none is published, so judge its source yourself."
        otherwise "署名者の証明書を入手できる場合は、taimen trust add --purpose drivers-licence で登録してください。"
            "If you can obtain the signer's certificate, install it with taimen trust add --purpose drivers-licence.";
    CardSignature "card-signature" "在留カード等の電子署名" "signature of the residence card"
        proves "第1世代：券面（表）の画像と顔写真、第2世代：券面記載事項・顔写真・氏名画像が、発行時から変わっていないこと。"
            "First generation: the pictures of front and face; second generation: the coded entries, the face picture and the name picture are as issued."
        leaves_open "データの丸ごとの複製は見分けられません（ICチップに複製を検出する仕組みがありません）。裏面の住居地・許可・申請の記載、第2世代の住居地画像とカード番号は署名の対象外です。第1世代ではカードの種類（在留カードか特別永住者証明書か）も署名の対象外です。カードが失効していないことも、券面の印刷がチップと同じであることも示しません。"
            "It does not exclude a complete copy of the data: the chip has no means against copying. The entries of the back (address, permissions, renewal) are not signed; in the first generation neither is the kind of card, in the second neither are the address picture and the card number. It does not show that the card is still valid, nor that the print matches the chip."
        otherwise "本人確認書類として扱わないでください。署名が記録されないカード（16歳未満など）では、真正性は判定できません。"
            "Do not accept the card. If the issuer signs nothing (holders under 16), taimen cannot say anything either way.";
    CardCertificate "card-certificate" "在留カード等の証明書" "certificate of the residence card"
        proves "署名した鍵の証明書が、表示したCA（出入国在留管理庁のもの）から、CA証明書の有効期間内に発行され、どちらの証明書も現在有効であること。"
            "The named CA (of the Immigration Services Agency) issued the signer's certificate while its own was valid. Both are valid now."
        leaves_open "証明書の失効情報は公開されていません。証明書はカード番号を知る人なら誰でも読み出せるため、これだけではカードの真正性を示しません。"
            "No revocation list is published. Anybody who knows the card number can read the certificate, so on its own it says nothing about the card."
        otherwise "発行者のCA証明書が未登録なら、出入国在留管理庁の公開ファイルを taimen trust add --purpose residence-card で登録してください。登録済みなら、真正なものとして扱わないでください。"
            "If the issuer's CA certificate is not installed, get the Agency's published file and install it with taimen trust add --purpose \
             residence-card. If it is, do not treat the card as authentic.";
    DocumentSignature "document-signature" "旅券の電子署名" "signature of the security object"
        proves "各データグループのハッシュ値に、ICチップにある証明書の鍵で署名されたこと。"
            "The key of the certificate in the chip signed the hashes of the data groups."
        leaves_open "その証明書が発行国のものであること（署名者の証明書の検査が示します）。"
            "That the certificate is the issuing state's: the check of the signer's certificate shows that."
        otherwise "データが改ざんされたか壊れています。本人確認書類として扱わないでください。"
            "The data was changed or is damaged. Do not accept the document.";
    SignerCertificate "signer-certificate" "旅券の署名者の証明書" "certificate of the document signer"
        proves "署名者の証明書が、登録した発行国のCA（CSCA）によるもので、発行国が旅券の発行国と同じであり、どちらも現在有効であること。"
            "A CSCA that you installed certified the document signer, for the state that issued the document. Both certificates are valid now."
        leaves_open "登録したマスターリストやCSCA証明書の出所が正しいこと。証明書が失効していないこと（失効リストは調べていません）。"
            "That the source of the installed master list or CSCA certificate was right, and that the certificate was not revoked: no revocation list was looked at."
        otherwise "発行国のCSCA証明書が未登録なら、それかマスターリストを taimen trust add --purpose passport で登録してください。登録済みなら、真正なものとして扱わないでください。"
            "If the state's CSCA certificate is not installed, install it or a master list with taimen trust add --purpose passport. If it is, do not treat the document as authentic.";
    DataGroups "data-groups" "データグループのハッシュ値" "hashes of the data groups"
        proves "機械読取領域のデータと顔写真、読み取ったほかのデータが、署名されたハッシュ値と一致すること。"
            "The machine-readable zone, the face picture and the other data that were read match the signed hashes."
        leaves_open "データの丸ごとの複製でないこと（ICチップの応答の検査が示します）。持参した人が本人であること。"
            "That it is not a complete copy of the data (the answer of the chip shows that), and that the person is the holder."
        otherwise "データが改ざんされています。本人確認書類として扱わないでください。"
            "The data was changed. Do not accept the document.";
    PrintedAgrees "printed-agrees" "印字とICチップの一致" "print and chip agree"
        proves "入力された旅券番号・生年月日・有効期間満了日が、署名されたデータと同じであること。"
            "The number, birth date and expiry that were typed are those of the signed data."
        leaves_open "氏名や写真など、ほかの印刷が同じであること。人が見比べてください。"
            "That the rest of the print (name, photo) is the same. Compare it yourself."
        otherwise "ICチップは、この旅券のページとは別の旅券のものです。受け付けないでください。入力していないときは、画面と印刷を見比べてください。"
            "The chip is not that of this page. Do not accept the document. If nothing was typed, compare the screen with the print.";
    MrzConsistent "mrz-consistent" "機械読取領域のチェックデジット" "check digits of the machine-readable zone"
        proves "ICチップにある機械読取領域のチェックデジットが合っていること。"
            "The check digits of the zone in the chip are right."
        leaves_open "内容が正しいこと（署名の検査が示します）。"
            "That its content is right: the signature shows that."
        otherwise "発行国の誤りのこともあります。印刷と見比べてください。"
            "It may be the issuer's mistake. Compare it with the print.";
    AccessAgrees "access-agrees" "通信の保護方式の一致" "access protocol agrees with the signed one"
        proves "署名されたデータにある保護方式（PACE）が、読み取りの前に示された方式にすべて含まれ、示された方式をICチップが拒まなかったこと。"
            "Every protocol (PACE) in the signed data was offered before the reading, and the chip did not refuse the one that it offered."
        leaves_open "データの真正性とは別の事柄です。"
            "It says nothing about whether the data is authentic."
        otherwise "通信の途中で、弱い方式に変えられた疑いがあります。読取機を確かめて、もう一度読み取ってください。"
            "Somebody on the link may have forced a weaker protocol. Look at the reader and read the document again.";
    DetailsSigned "details-signed" "追加データのハッシュ値" "hashes of the details"
        proves "所持人と旅券の詳細（DG11・DG12）が、署名されたハッシュ値と一致すること。"
            "The details of person and document (DG11, DG12) match the signed hashes."
        leaves_open "詳細の欄は任意です。ないことは、偽造のしるしではありません。"
            "The details are optional. If there are none, that is not a sign of a forgery."
        otherwise "詳細の欄の内容は使わないでください。"
            "Do not use what the details say.";
    WeakCryptography "weak-cryptography" "弱い暗号方式" "weak cryptography"
        proves "署名と証明書に、SHA-1や短い鍵などの弱い方式が使われていないこと。"
            "Neither the signature nor the certificates use SHA-1, short keys or other weak algorithms."
        leaves_open "ICチップの応答や通信の方式の強さ。"
            "How strong the chip's answer and the protocol of the link are."
        otherwise "古い方式による発行です。偽造されやすいため、券面の安全上の特徴もよく見てください。"
            "The document was issued with an old algorithm, which is easier to forge. Look at the security features of the print as well.";
    SignerPeriod "signer-period" "署名の時期" "time of the signature"
        proves "署名の日が、署名者の証明書と鍵の使用期間に入っていること。"
            "The day of the signature is within the validity of the signer's certificate and the period of its key."
        leaves_open "署名の日が正しいこと（署名した側の時計によります）。"
            "That the day is right: it comes from the signer's clock."
        otherwise "発行国の運用の誤りのこともあります。ほかの検査の結果と合わせて判断してください。"
            "It may be the issuer's mistake. Judge it together with the other checks.";
    MdocIssuerSignature "mdoc-issuer-signature" "モバイル身分証の発行者の署名" "issuer's signature of the mdoc"
        proves "項目のハッシュ値・スマートフォンの鍵・有効期間・文書の種類に、発行者の証明書の鍵で署名されたこと。"
            "The key of the issuer's certificate signed the digests of the elements, the device key, the dates and the document type."
        leaves_open "表示した項目がその一覧にあること（項目の検査が示します）。発行者の証明書が今も有効なこと（発行者の証明書の検査が示します）。"
            "That an element shown is in that list (the check of the elements shows it), and that the issuer's certificate still counts (the check of the certificate)."
        otherwise "不合格なら、データが改ざんされたか壊れています。本人確認書類として扱わないでください。発行者の証明書を確認できないときは、署名が合っていても何も示しません。"
            "If it failed, the data was changed or is damaged: do not accept the document. If the issuer's certificate was not confirmed, a signature that fits shows nothing.";
    MdocIssuerCertificate "mdoc-issuer-certificate" "モバイル身分証の発行者の証明書" "certificate of the mdoc's issuer"
        proves "署名者の証明書が、登録した発行機関のCA（IACA）によるもので、定められた形式を守り、署名の時点と現在に有効であること。"
            "An IACA that you installed certified the document signer. The certificate has the prescribed form, was valid when the document was signed and is valid now."
        leaves_open "登録したIACA証明書の出所が正しいこと。証明書が失効していないこと（失効リストは調べていません）。"
            "That the source of the installed IACA certificate was right, and that the certificate was not revoked: no revocation list was looked at."
        otherwise "発行者のIACA証明書かVICALを taimen trust add --purpose mdoc で登録してください（日本の発行者の証明書は公表されていません）。登録済みなら、真正なものとして扱わないでください。"
            "Install the issuer's IACA certificate or a VICAL with taimen trust add --purpose mdoc (no Japanese issuer publishes one). If it is installed, do not treat the document as authentic.";
    MdocElements "mdoc-elements" "モバイル身分証の項目のハッシュ値" "digests of the elements"
        proves "表示した項目がすべて、発行者が署名したハッシュ値と一致すること。"
            "Every element shown matches the digest that the issuer signed."
        leaves_open "共有されなかった項目の内容。"
            "What the elements say that were not shared."
        otherwise "データが改ざんされています。本人確認書類として扱わないでください。"
            "The data was changed. Do not accept the document.";
    MdocDocumentType "mdoc-document-type" "モバイル身分証の種類" "document type"
        proves "要求した種類、届いた文書の種類、発行者が署名した種類が同じで、発行者がその種類を発行できること。"
            "The type that was asked for, that of the document and the signed one are the same, and the issuer may issue it."
        leaves_open "文書の内容（ほかの検査が示します）。"
            "What the document says: the other checks show that."
        otherwise "別の種類の文書です。本人確認書類として扱わないでください。"
            "It is another kind of document. Do not accept it.";
    MdocDevice "mdoc-device" "スマートフォンの応答（複製の検出）" "answer of the device (detects copies)"
        proves "発行者が署名したスマートフォンの鍵が、この通信に応答したこと。データの複製や、以前の通信の再送ではありません。"
            "The device key that the issuer signed answered in this session: neither a copy of the data nor an earlier session played again."
        leaves_open "スマートフォンを持つ人が本人であること（ウォレットが顔や指紋を確かめたかどうかは証明されません）。別の場所にあるスマートフォンへの中継（リレー）は防げません。"
            "That whoever holds the phone is the person: nothing proves that the wallet looked at a face or a finger. It does not exclude a relay to a phone elsewhere."
        otherwise "複製されたデータの疑いがあります。もう一度提示してもらい、同じなら受け付けないでください。"
            "The data may be a copy. Ask for it once more; if the result is the same, do not accept it.";
    MdocShared "mdoc-shared" "必要な項目の共有" "elements that are needed were shared"
        proves "この確認に必要な項目がすべて共有されたこと。"
            "Everything that this check needs was shared."
        leaves_open "項目の内容が正しいこと（ほかの検査が示します）。"
            "That the elements are right: the other checks show that."
        otherwise "共有されていない項目があります。偽造を意味しません。もう一度、すべての項目を共有してもらってください。"
            "Something was not shared. That does not mean a forgery. Ask the holder to share everything that is asked for.";
    MdocIssuerAgrees "mdoc-issuer-agrees" "発行国・地域の一致" "issuing country and certificate agree"
        proves "項目にある発行国と発行地域が、署名者の証明書と同じであること。"
            "The issuing country and jurisdiction of the elements are those of the signer's certificate."
        leaves_open "発行者が信頼できること（発行者の証明書の検査が示します）。"
            "That the issuer can be trusted: the check of its certificate shows that."
        otherwise "発行者の誤りのこともあります。ほかの検査の結果と合わせて判断してください。"
            "It may be the issuer's mistake. Judge it together with the other checks.";
    MdocAgeAgrees "mdoc-age-agrees" "年齢・生年月日・性別の記載の一致" "age, birth date and sex do not contradict"
        proves "年齢、生年月日（数字と文字）、性別（コードと文字）の記載が食い違わないこと。"
            "Age, birth date (as a date and as text) and sex (as a code and as text) do not contradict each other."
        leaves_open "どちらの記載が正しいか。"
            "Which of them is right."
        otherwise "発行者の誤りのこともあります。本人に確かめてください。"
            "It may be the issuer's mistake. Ask the person.";
    MdocReaderTrusted "mdoc-reader-trusted" "読取側の証明書" "certificate of the reader"
        proves "この検査は行いません。"
            "This check is never done."
        leaves_open "スマートフォンが読み取り側をどう表示したか。読取側の証明書を送っていないとき、警告や共有の拒否があり得ます。"
            "How the phone showed this reader to its holder. Without a reader certificate it may have warned, or refused to share."
        otherwise "文書の真正性には関わりません。"
            "It says nothing about whether the document is authentic.";
    Revocation "revocation" "紛失・廃止の確認" "lost or withdrawn"
        proves "この検査は行いません。"
            "This check is never done."
        leaves_open "カードが紛失・盗難・廃止の届出のあるものか、失効したか、免許が取消し・停止されたかは、ICチップのデータからは分かりません。"
            "The chip does not show whether the card was reported lost, stolen or withdrawn, whether it was voided, or whether a licence was revoked."
        otherwise "疑いがあるときは、発行元（マイナンバーカードは市区町村、免許は警察、在留カード等は出入国在留管理庁の失効情報照会ページ）か、認定を受けた電子証明書の検証サービスで確認してください。"
            "If in doubt, ask the issuer (the municipality; for a licence, the police; for a residence card, the Immigration Services Agency's page for void numbers), or a service that is certified to query certificate status.";
}

/// What a passed check leaves open besides, if it looked at a saved reading for which nobody vouches.
pub fn saved_limit(id: CheckId) -> Option<Bilingual> {
    match id {
        CheckId::MdocDevice => Some(Bilingual::new(
            "保存された読み取りでは、スマートフォンが一度応答したことだけを示します。応答の時刻は読み取った側の時計によるもので、封印の確認（--sealed-by）か --at recorded がない限り、いつのことか、今もそのスマートフォンがあるかは分かりません。",
            "For a saved reading, it shows only that the phone answered once. The time in the answer comes from the clock at the reading. Without a demanded seal (--sealed-by) or --at recorded, it shows neither when the phone answered nor that it is there now.",
        )),
        CheckId::ChipKey | CheckId::TextChipKey | CheckId::JpkiAuthKey => Some(Bilingual::new(
            "保存された読み取りでは、ICチップが一度応答したことだけを示します。応答の時刻は読み取った側の時計によるもので、封印の確認（--sealed-by）か --at recorded がない限り、いつのことか、今もカードがあるかは分かりません。",
            "For a saved reading, it shows only that the chip answered once. The time in the answer comes from the clock at the reading. Without a demanded seal (--sealed-by) or --at recorded, it shows neither when the chip answered nor that the card is there now.",
        )),
        CheckId::NotExpired => Some(Bilingual::new(
            "保存された読み取りでは、封印の確認（--sealed-by）か --at recorded がない限り、署名の対象外の有効期限は不合格になることはあっても、合格にはなりません。",
            "For a saved reading without a demanded seal (--sealed-by) or --at recorded, an expiry that is not signed can fail but never pass.",
        )),
        CheckId::NoUnsignedChanges | CheckId::TextAgrees => Some(Bilingual::new(
            "保存された読み取りでは、封印の確認（--sealed-by）か --at recorded がない限り、署名を確認できない記載は不合格になることはあっても、合格にはなりません。",
            "For a saved reading without a demanded seal (--sealed-by) or --at recorded, entries whose signature was not confirmed can fail but never pass.",
        )),
        _ => None,
    }
}
