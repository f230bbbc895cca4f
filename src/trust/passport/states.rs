//! Which signer may sign whose document: the state of a certificate (two letters) beside that of the machine-readable zone.
//!
//! Sources: ISO 3166-1, ICAO Doc 9303-3 section 5 for the codes of ICAO alone. A pair that no row has decides nothing.

/// ISO 3166-1: three letters and two.
const ISO: &str = "\
    ABW:AW AFG:AF AGO:AO AIA:AI ALA:AX ALB:AL AND:AD ARE:AE ARG:AR ARM:AM ASM:AS ATA:AQ ATF:TF ATG:AG AUS:AU AUT:AT \
    AZE:AZ BDI:BI BEL:BE BEN:BJ BES:BQ BFA:BF BGD:BD BGR:BG BHR:BH BHS:BS BIH:BA BLM:BL BLR:BY BLZ:BZ BMU:BM BOL:BO \
    BRA:BR BRB:BB BRN:BN BTN:BT BVT:BV BWA:BW CAF:CF CAN:CA CCK:CC CHE:CH CHL:CL CHN:CN CIV:CI CMR:CM COD:CD COG:CG \
    COK:CK COL:CO COM:KM CPV:CV CRI:CR CUB:CU CUW:CW CXR:CX CYM:KY CYP:CY CZE:CZ DEU:DE DJI:DJ DMA:DM DNK:DK DOM:DO \
    DZA:DZ ECU:EC EGY:EG ERI:ER ESH:EH ESP:ES EST:EE ETH:ET FIN:FI FJI:FJ FLK:FK FRA:FR FRO:FO FSM:FM GAB:GA GBR:GB \
    GEO:GE GGY:GG GHA:GH GIB:GI GIN:GN GLP:GP GMB:GM GNB:GW GNQ:GQ GRC:GR GRD:GD GRL:GL GTM:GT GUF:GF GUM:GU GUY:GY \
    HKG:HK HMD:HM HND:HN HRV:HR HTI:HT HUN:HU IDN:ID IMN:IM IND:IN IOT:IO IRL:IE IRN:IR IRQ:IQ ISL:IS ISR:IL ITA:IT \
    JAM:JM JEY:JE JOR:JO JPN:JP KAZ:KZ KEN:KE KGZ:KG KHM:KH KIR:KI KNA:KN KOR:KR KWT:KW LAO:LA LBN:LB LBR:LR LBY:LY \
    LCA:LC LIE:LI LKA:LK LSO:LS LTU:LT LUX:LU LVA:LV MAC:MO MAF:MF MAR:MA MCO:MC MDA:MD MDG:MG MDV:MV MEX:MX MHL:MH \
    MKD:MK MLI:ML MLT:MT MMR:MM MNE:ME MNG:MN MNP:MP MOZ:MZ MRT:MR MSR:MS MTQ:MQ MUS:MU MWI:MW MYS:MY MYT:YT NAM:NA \
    NCL:NC NER:NE NFK:NF NGA:NG NIC:NI NIU:NU NLD:NL NOR:NO NPL:NP NRU:NR NZL:NZ OMN:OM PAK:PK PAN:PA PCN:PN PER:PE \
    PHL:PH PLW:PW PNG:PG POL:PL PRI:PR PRK:KP PRT:PT PRY:PY PSE:PS PYF:PF QAT:QA REU:RE ROU:RO RUS:RU RWA:RW SAU:SA \
    SDN:SD SEN:SN SGP:SG SGS:GS SHN:SH SJM:SJ SLB:SB SLE:SL SLV:SV SMR:SM SOM:SO SPM:PM SRB:RS SSD:SS STP:ST SUR:SR \
    SVK:SK SVN:SI SWE:SE SWZ:SZ SXM:SX SYC:SC SYR:SY TCA:TC TCD:TD TGO:TG THA:TH TJK:TJ TKL:TK TKM:TM TLS:TL TON:TO \
    TTO:TT TUN:TN TUR:TR TUV:TV TWN:TW TZA:TZ UGA:UG UKR:UA UMI:UM URY:UY USA:US UZB:UZ VAT:VA VCT:VC VEN:VE VGB:VG \
    VIR:VI VNM:VN VUT:VU WLF:WF WSM:WS YEM:YE ZAF:ZA ZMB:ZM ZWE:ZW \
";

/// Codes of ICAO Doc 9303-3 that ISO does not have, with the states whose signers sign for them.
const OTHERS: &[(&str, &[&str])] = &[
    ("D", &["DE"]),
    ("GBD", &["GB"]),
    ("GBN", &["GB"]),
    ("GBO", &["GB"]),
    ("GBP", &["GB"]),
    ("GBS", &["GB"]),
    ("EUE", &["EU"]),
    ("UNO", &["UN"]),
    ("UNA", &["UN"]),
];

/// Signers beside the state's own that sign for a code.
const BESIDE: &[(&str, &[&str])] = &[("HKG", &["CN"]), ("MAC", &["CN"])];

/// States whose documents may be signed by each other's signers, as far as we know, or not: such a pair decides nothing.
const RELATED: &[&[&str]] = &[
    &["CN", "HK", "MO"],
    &["GB", "AI", "BM", "FK", "GG", "GI", "GS", "IM", "IO", "JE", "KY", "MS", "PN", "SH", "TC", "VG"],
    &["FR", "BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"],
    &["NL", "AW", "BQ", "CW", "SX"],
    &["DK", "FO", "GL"],
    &["US", "AS", "GU", "MP", "PR", "UM", "VI"],
    &["AU", "CC", "CX", "HM", "NF"],
    &["NZ", "CK", "NU", "TK"],
    &["NO", "BV", "SJ"],
    &["FI", "AX"],
];

/// What the table says of a signer and a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateMatch {
    /// The signer's state issues such documents.
    Same,
    /// It belongs to another state.
    Different,
    /// No row has this pair: nothing follows.
    Unlisted,
}

/// Compares the country of a signer's certificate (two letters) with the issuing state of the machine-readable zone (one to
/// three letters, with or without `<`).
pub fn states(signer: &str, document: &str) -> StateMatch {
    let document = document.trim_end_matches('<');
    let signer = signer.to_ascii_uppercase();
    let own = iso(document);
    let known: Vec<&str> = own
        .into_iter()
        .chain(row(OTHERS, document).iter().copied())
        .chain(row(BESIDE, document).iter().copied())
        .collect();
    if known.iter().any(|state| *state == signer) {
        return StateMatch::Same;
    }
    let is_state = ISO.split_whitespace().any(|pair| pair.split(':').nth(1) == Some(&signer))
        || OTHERS.iter().any(|(_, states)| states.contains(&signer.as_str()));
    let related = |one: &str| RELATED.iter().any(|group| group.contains(&one) && group.contains(&signer.as_str()));
    if known.is_empty() || !is_state || known.iter().any(|state| related(state)) {
        return StateMatch::Unlisted;
    }
    StateMatch::Different
}

fn iso(code: &str) -> Option<&'static str> {
    ISO.split_whitespace().filter_map(|pair| pair.split_once(':')).find(|(three, _)| *three == code).map(|(_, two)| two)
}

fn row(table: &'static [(&'static str, &'static [&'static str])], code: &str) -> &'static [&'static str] {
    table.iter().find(|(known, _)| *known == code).map_or(&[], |(_, states)| states)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_states_match_others_differ_and_what_no_row_has_decides_nothing() {
        for (signer, document) in [
            ("JP", "JPN"),
            ("jp", "JPN"),
            ("DE", "D<<"),
            ("DE", "D"),
            ("GB", "GBD"),
            ("GB", "GBR"),
            ("CN", "HKG"),
            ("HK", "HKG"),
            ("CN", "MAC"),
            ("EU", "EUE"),
            ("UN", "UNO"),
        ] {
            assert_eq!(states(signer, document), StateMatch::Same, "{signer} {document}");
        }
        for (signer, document) in [("US", "JPN"), ("JP", "D<<"), ("FR", "GBD"), ("UN", "CHN"), ("JP", "EUE")] {
            assert_eq!(states(signer, document), StateMatch::Different, "{signer} {document}");
        }
        // Kosovo's two letters are not in ISO; Hong Kong's own signer for a Chinese document is not known to occur.
        for (signer, document) in [("KS", "RKS"), ("HK", "CHN"), ("GB", "BMU"), ("JP", "UTO"), ("??", "JPN"), ("", "")]
        {
            assert_eq!(states(signer, document), StateMatch::Unlisted, "{signer} {document}");
        }
        assert_eq!(ISO.split_whitespace().count(), 249);
        assert!(ISO.split_whitespace().all(|pair| pair.len() == 6 && pair.as_bytes()[3] == b':'));
    }
}
