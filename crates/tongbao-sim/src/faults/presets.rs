//! Common troubles, ready to be added with one click.

/// A fault, or several, that many want to try.
pub(crate) struct Preset {
    /// Stable name.
    pub(crate) name: &'static str,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
    /// What is added to the script.
    pub(crate) toml: &'static str,
}

impl Preset {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }
}

pub(crate) const PRESETS: &[Preset] = &[
    Preset {
        name: "lost_answer",
        zh: "下一个应答丢失",
        en: "Lose the next answer",
        toml: "[[fault]]\nnote = \"lost answer\"\ncall = \"*\"\ntimes = 1\ndo = \"drop_answer\"\n",
    },
    Preset {
        name: "lost_notification",
        zh: "通知全部丢失",
        en: "Lose every notification",
        toml: "[[fault]]\nnote = \"lost notifications\"\nnotification = \"*\"\ndo = \"drop_request\"\n",
    },
    Preset {
        name: "late_notification",
        zh: "支付通知晚一小时",
        en: "Payments are told an hour late",
        toml: "[[fault]]\nnotification = \"TRANSACTION.SUCCESS\"\nsend = 1\ndo = \"delay\"\nms = 3600000\n",
    },
    Preset {
        name: "double_notification",
        zh: "通知重复",
        en: "Every notification twice",
        toml: "[[fault]]\nnotification = \"*\"\ndo = \"duplicate\"\n",
    },
    Preset {
        name: "forged_notification",
        zh: "伪造一次通知签名",
        en: "Forge one notification",
        toml: "[[fault]]\nnotification = \"*\"\ntimes = 1\ndo = \"corrupt_signature\"\n",
    },
    Preset {
        name: "bad_gateway",
        zh: "下一个请求 502",
        en: "502 for the next request",
        toml: "[[fault]]\ncall = \"*\"\ntimes = 1\ndo = \"bad_gateway\"\n",
    },
    Preset {
        name: "system_error",
        zh: "执行了却答系统错误",
        en: "System error, executed all the same",
        toml: "[[fault]]\ncall = \"*\"\ntimes = 1\ndo = \"system_error\"\n",
    },
    Preset {
        name: "too_many",
        zh: "三次频率超限",
        en: "Too many, three times",
        toml: "[[fault]]\ncall = \"*\"\ntimes = 3\ndo = \"too_many\"\n",
    },
    Preset {
        name: "slow_answer",
        zh: "下一个应答晚八秒",
        en: "The next answer eight seconds late",
        toml: "[[fault]]\ncall = \"*\"\ntimes = 1\ndo = \"delay\"\nms = 8000\n",
    },
    Preset {
        name: "close_race",
        zh: "关单时刚好付了款",
        en: "A payment wins against closing",
        toml: "[[fault]]\ncall = \"close\"\ndo = \"pay_races_close\"\n\n[[fault]]\ncall = \"close_order\"\ndo = \"pay_races_close\"\n",
    },
    Preset {
        name: "cut_bill",
        zh: "账单下载中断",
        en: "Bills break off",
        toml: "[[fault]]\ncall = \"download_bill\"\ntimes = 1\ndo = \"truncate_body\"\nbytes = 200\n",
    },
    Preset {
        name: "storm",
        zh: "风暴：一成的消息出错",
        en: "A storm: a tenth of everything",
        toml: "[[fault]]\nnote = \"storm\"\ncall = \"*\"\nshare = 30\ndo = \"drop_answer\"\n\n\
               [[fault]]\ncall = \"*\"\nshare = 30\ndo = \"system_error\"\n\n\
               [[fault]]\ncall = \"*\"\nshare = 40\ndo = \"bad_gateway\"\n\n\
               [[fault]]\nnotification = \"*\"\nshare = 50\ndo = \"drop_request\"\n\n\
               [[fault]]\nnotification = \"*\"\nshare = 50\ndo = \"duplicate\"\n",
    },
];

#[cfg(test)]
mod tests {
    use super::PRESETS;
    use crate::FaultScript;

    #[test]
    fn every_preset_is_a_script_and_all_of_them_together_are_one() {
        let mut script = FaultScript::default();
        for preset in PRESETS {
            let longer = script.with(preset.toml.as_bytes());
            script = longer.unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        }
        assert!(script.len() > PRESETS.len());
    }
}
