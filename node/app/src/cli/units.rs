//! Sizes, durations and times as people read them.

use palabre_core::time::Millis;
use palabre_web::catalogue::Lang;
use palabre_web::text;
use time::OffsetDateTime;

/// A size in bytes, with one decimal below ten: `980 o`, `2,4 Kio`, `16 Mio`.
pub(crate) fn size(bytes: u64, lang: Lang) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    const GIB: u64 = 1024 * MIB;
    match bytes {
        0..KIB => text!("size-b", number = bytes.to_string()).in_lang(lang),
        KIB..MIB => text!("size-kib", number = share(bytes, KIB, lang)).in_lang(lang),
        MIB..GIB => text!("size-mib", number = share(bytes, MIB, lang)).in_lang(lang),
        _ => text!("size-gib", number = share(bytes, GIB, lang)).in_lang(lang),
    }
}

/// `bytes` in `unit`, rounded down.
fn share(bytes: u64, unit: u64, lang: Lang) -> String {
    let (whole, tenth) = (bytes / unit, bytes % unit * 10 / unit);
    let comma = if lang == Lang::En { '.' } else { ',' };
    if whole < 10 { format!("{whole}{comma}{tenth}") } else { whole.to_string() }
}

/// A duration, in its greatest unit.
pub(crate) fn duration(seconds: u64, lang: Lang) -> String {
    match seconds {
        0..60 => text!("time-seconds", number = seconds),
        60..3600 => text!("time-minutes", number = seconds / 60),
        3600..86400 => text!("time-hours", number = seconds / 3600),
        _ => text!("time-days", number = seconds / 86400),
    }
    .in_lang(lang)
}

/// A time by somebody's clock: `2026-03-01 14:05 UTC`.
pub(crate) fn moment(at: Millis) -> String {
    let seconds = i64::try_from(at.0 / 1000).unwrap_or(i64::MAX);
    // A clock may say anything; what is no date is shown as the number that it is.
    OffsetDateTime::from_unix_timestamp(seconds)
        .map_or_else(|_| at.0.to_string(), |t| format!("{} {:02}:{:02} UTC", t.date(), t.hour(), t.minute()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_one_decimal_below_ten() {
        assert_eq!(size(980, Lang::Fr), "980 o");
        assert_eq!(size(2500, Lang::Fr), "2,4 Kio");
        assert_eq!(size(2500, Lang::En), "2.4 KiB");
        assert_eq!(size(16 * 1024 * 1024, Lang::Pt), "16 MiB");
    }

    #[test]
    fn a_clock_may_say_anything() {
        assert_eq!(moment(Millis(0)), "1970-01-01 00:00 UTC");
        assert_eq!(moment(Millis(u64::MAX)), u64::MAX.to_string());
    }
}
