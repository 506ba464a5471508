/// A language that the built-in texts exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, which also stands in for any language without texts of its own.
    English,
    /// French.
    French,
}

impl Language {
    /// The language that a request's free text names; English where it is unknown.
    ///
    /// ```
    /// # use deepfix_plugin::Language;
    /// assert_eq!(Language::of("Français"), Language::French);
    /// assert_eq!(Language::of("klingon"), Language::English);
    /// ```
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        let primary = text.split(['-', '_']).next().unwrap_or_default();
        match primary {
            "french" | "francais" | "français" | "fr" | "fra" | "fre" => Self::French,
            _ => Self::English,
        }
    }

    /// The BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// A number with at most four significant digits, in this language's notation.
    ///
    /// ```
    /// # use deepfix_plugin::Language;
    /// assert_eq!(Language::English.number(0.123456), "0.1235");
    /// assert_eq!(Language::French.number(1234.56), "1235");
    /// assert_eq!(Language::English.number(3.2e-7), "3.2e-7");
    /// assert_eq!(Language::French.number(0.5), "0,5");
    /// ```
    #[must_use]
    pub fn number(self, value: f64) -> String {
        self.localise(significant(value))
    }

    /// A share as a percentage: 0.256 is `25.6 %`.
    #[must_use]
    pub fn percent(self, share: f64) -> String {
        let percent = share * 100.0;
        let digits = if percent != 0.0 && percent.abs() < 0.1 {
            significant(percent)
        } else if percent.abs() < 10.0 || (99.0..100.0).contains(&percent) {
            trim_zeros(format!("{percent:.2}"))
        } else {
            trim_zeros(format!("{percent:.1}"))
        };
        format!("{} %", self.localise(digits))
    }

    fn localise(self, digits: String) -> String {
        match self {
            Self::English => digits,
            Self::French => digits.replace('.', ","),
        }
    }
}

fn trim_zeros(text: String) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn significant(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude == 0.0 {
        return "0".to_owned();
    }
    if value.fract() == 0.0 && magnitude < 1e9 {
        return format!("{value:.0}");
    }
    if !(1e-4..1e7).contains(&magnitude) {
        let text = format!("{value:.3e}");
        return match text.split_once('e') {
            Some((mantissa, exponent)) => format!("{}e{exponent}", trim_zeros(mantissa.to_owned())),
            None => text,
        };
    }
    let decimals = (3 - magnitude.log10().floor() as i64).clamp(0, 8) as usize;
    trim_zeros(format!("{value:.decimals$}"))
}

/// Joins names for a sentence: at most `most` of them, then how many more there are.
///
/// ```
/// # use deepfix_plugin::join;
/// assert_eq!(join(["a", "b", "c"], 2), "'a', 'b' (+1)");
/// ```
pub fn join<S: AsRef<str>>(names: impl IntoIterator<Item = S>, most: usize) -> String {
    let mut text = String::new();
    let mut more = 0;
    for (index, name) in names.into_iter().enumerate() {
        if index >= most {
            more += 1;
            continue;
        }
        if index > 0 {
            text.push_str(", ");
        }
        text.push('\'');
        text.push_str(name.as_ref());
        text.push('\'');
    }
    if more > 0 {
        text.push_str(&format!(" (+{more})"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_numbers_keep_four_digits() {
        assert_eq!(significant(1_234_567.8), "1234568");
        assert_eq!(significant(98_765_432.1), "9.877e7");
        assert_eq!(significant(-0.000_012_345), "-1.234e-5");
        assert_eq!(significant(2.0), "2");
        assert_eq!(significant(f64::NEG_INFINITY), "-Infinity");
    }

    #[test]
    fn percentages_round_without_hiding_small_shares() {
        assert_eq!(Language::English.percent(0.0004), "0.04 %");
        assert_eq!(Language::English.percent(0.9987), "99.87 %");
        assert_eq!(Language::French.percent(0.256), "25,6 %");
        assert_eq!(Language::English.percent(1.0), "100 %");
    }
}
