//! Numbers WeChat uses for states and kinds. It may add one tomorrow, so each set keeps an `Unknown`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::lenient::whole_number;

macro_rules! numbers {
    ($($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $number:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $type {
            $($(#[$variant_doc])* $variant,)*
            /// A number this version does not know.
            Unknown(i64),
        }

        impl $type {
            /// Every number known, in the order of the documents.
            pub const ALL: &'static [$type] = &[$($type::$variant,)*];

            /// The number.
            #[must_use]
            pub const fn number(self) -> i64 {
                match self {
                    $(Self::$variant => $number,)*
                    Self::Unknown(number) => number,
                }
            }
        }

        impl From<i64> for $type {
            fn from(number: i64) -> Self {
                match number {
                    $($number => Self::$variant,)*
                    other => Self::Unknown(other),
                }
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.number())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                whole_number(deserializer).map(Self::from)
            }
        }
    )*};
}

numbers! {
    /// How far a paid order is (`order_state`, miniprogram.md §4.4).
    ShippingState {
        /// Paid, to be shipped (待发货).
        ToShip = 1,
        /// Shipped (已发货).
        Shipped = 2,
        /// The payer confirmed receipt (确认收货).
        Confirmed = 3,
        /// Settled and past disputes (交易完成).
        Complete = 4,
        /// Refunded (已退款).
        Refunded = 5,
        /// The money waits for settlement (资金待结算).
        SettlementPending = 6,
    }

    /// How goods reach the payer (`logistics_type`, miniprogram.md §4.3).
    LogisticsType {
        /// An express company carries them (物流配送).
        Express = 1,
        /// Delivered within the city (同城配送).
        SameCity = 2,
        /// Nothing is carried, such as a top-up (虚拟商品).
        Virtual = 3,
        /// The payer collects them (用户自提).
        SelfPickup = 4,
    }

    /// In how many parcels (`delivery_mode`, miniprogram.md §4.3).
    DeliveryMode {
        /// One (统一发货).
        Unified = 1,
        /// Several, by express only (分拆发货).
        Split = 2,
    }

    /// Who confirmed receipt (`confirm_receive_method`, miniprogram.md §5.2).
    ConfirmReceiveMethod {
        /// Time ran out (自动确认收货).
        Automatic = 1,
        /// The payer (手动确认收货).
        Manual = 2,
    }
}

#[cfg(test)]
mod tests {
    use super::ShippingState;

    #[test]
    fn every_number_reads_back_from_json_and_from_text_and_a_new_one_is_kept() {
        for state in ShippingState::ALL {
            let text = serde_json::to_string(state).expect("a number");
            assert_eq!(serde_json::from_str::<ShippingState>(&text).expect("reads"), *state);
            assert_eq!(serde_json::from_str::<ShippingState>(&format!("\"{text}\"")).expect("reads"), *state);
        }
        let state: ShippingState = serde_json::from_str("99").expect("any number reads");
        assert_eq!(state, ShippingState::Unknown(99));
        for other in ["\"x\"", "null", "1.5", "99999999999999999999"] {
            assert!(serde_json::from_str::<ShippingState>(other).is_err(), "{other}");
        }
    }
}
