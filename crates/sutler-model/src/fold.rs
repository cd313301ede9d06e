//! One function for every comparison that ignores case: names, index keys, filters.

use unicode_normalization::UnicodeNormalization;

/// The key under which a name is unique: NFKC and case-folded, trimmed of nothing.
///
/// Two names that fold to one key are one name, in every store.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let composed: String = text.nfkc().collect();
    caseless::default_case_fold_str(&composed).nfkc().collect()
}

/// The first character of `text` that has no business in a name: control, invisible or
/// bidirectional formatting. `None` if all is well.
pub fn hidden_character(text: &str) -> Option<char> {
    text.chars().find(|c| {
        c.is_control()
            || matches!(*c,
                '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
                | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
                | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_or_width_are_one_key() {
        assert_eq!(fold("Bjensen"), fold("bJENSEN"));
        assert_eq!(fold("Straße"), fold("STRASSE"));
        assert_eq!(fold("ＡＢＣ"), fold("abc"));
        assert_ne!(fold("anna"), fold("anne"));
    }

    #[test]
    fn hidden_characters_are_found() {
        assert_eq!(hidden_character("ann\u{200B}a"), Some('\u{200B}'));
        assert_eq!(hidden_character("\u{202E}anna"), Some('\u{202E}'));
        assert_eq!(hidden_character("Zoë Ångström"), None);
    }
}
