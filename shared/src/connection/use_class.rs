//! The use class (用途): what the water is used for, named by the utility's own ordinance.
//!
//! Every utility cuts its customers up in its own way, so a class is a short key that the tariff file
//! names, not one of a fixed list. Some keys are so common that their Japanese name is known here.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest key in bytes.
const KEY_BYTES_MAX: usize = 15;

/// What the water is used for (用途), as a key: `[a-z][a-z0-9_]{0,14}`.
///
/// Sixteen bytes and nothing on the heap, so that a hundred thousand of them are compared and copied
/// like numbers. The order is that of the keys.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsageClass {
    /// The key, filled up with zeros.
    bytes: [u8; KEY_BYTES_MAX],
    length: u8,
}

macro_rules! well_known {
    ($($(#[$doc:meta])* $constant:ident = $key:literal, $japanese:literal;)*) => {
        impl UsageClass {
            $($(#[$doc])* pub const $constant: UsageClass = UsageClass::well_known($key);)*

            /// The classes whose Japanese name needs no tariff file to be known.
            pub const WELL_KNOWN: &[UsageClass] = &[$(UsageClass::$constant,)*];

            /// The Japanese name of a well-known class.
            pub fn well_known_japanese(self) -> Option<&'static str> {
                match self { $(UsageClass::$constant => Some($japanese),)* _ => None }
            }

            /// The well-known class with this Japanese name.
            pub fn from_japanese(word: &str) -> Option<Self> {
                match word { $($japanese => Some(UsageClass::$constant),)* _ => None }
            }
        }
    };
}

well_known! {
    /// Everything without a class of its own.
    GENERAL = "general", "一般用";
    /// Homes, where the tariff tells them from the rest.
    HOUSEHOLD = "household", "家事用";
    /// Shops, offices and works.
    BUSINESS = "business", "業務用";
    /// Bodies and societies.
    ORGANIZATION = "organization", "団体用";
    /// Public bathhouses.
    BATHHOUSE = "bathhouse", "公衆浴場用";
    /// Fairs and the like.
    TEMPORARY = "temporary", "臨時用";
    /// Swimming pools.
    POOL = "pool", "プール用";
    /// Building sites.
    WORKS = "works", "工事用";
    /// Private fire hydrants.
    HYDRANT = "hydrant", "私設消火栓";
    /// Taps that several homes share.
    SHARED = "shared", "共用";
    /// Public offices.
    OFFICIAL = "official", "官公署用";
    /// Schools.
    SCHOOL = "school", "学校用";
    /// Hospitals.
    HOSPITAL = "hospital", "病院用";
    /// Factories.
    FACTORY = "factory", "工業用";
    /// Ships that take on water.
    SHIP = "ship", "船舶用";
}

/// A text that is no key of a use class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a use class is a lower-case letter and up to 14 more letters, digits or underscores")]
pub struct UsageClassError;

impl UsageClass {
    const fn well_known(key: &str) -> Self {
        match Self::from_key(key) {
            Some(class) => class,
            None => panic!("the list of well-known classes holds a bad key"),
        }
    }

    /// The class with this key; `None` when no class can have it.
    pub const fn from_key(key: &str) -> Option<Self> {
        let key = key.as_bytes();
        if key.is_empty() || key.len() > KEY_BYTES_MAX || !key[0].is_ascii_lowercase() {
            return None;
        }
        let mut bytes = [0; KEY_BYTES_MAX];
        let mut length: u8 = 0;
        while (length as usize) < key.len() {
            let byte = key[length as usize];
            if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
                return None;
            }
            bytes[length as usize] = byte;
            length += 1;
        }
        Some(Self { bytes, length })
    }

    /// The key, as it stands in files and in the database.
    pub fn key(&self) -> &str {
        let key = &self.bytes[..usize::from(self.length)];
        std::str::from_utf8(key).expect("a key is ASCII by construction")
    }

    /// The word on papers and screens where the utility has given none: the well-known name, else
    /// the key itself.
    pub fn japanese(&self) -> &str {
        match self.well_known_japanese() {
            Some(name) => name,
            None => self.key(),
        }
    }
}

impl fmt::Debug for UsageClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl fmt::Display for UsageClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}

impl std::str::FromStr for UsageClass {
    type Err = UsageClassError;
    fn from_str(key: &str) -> Result<Self, Self::Err> {
        Self::from_key(key).ok_or(UsageClassError)
    }
}

impl Serialize for UsageClass {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for UsageClass {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Takes the text where it lies: nothing is allocated.
        struct Key;

        impl Visitor<'_> for Key {
            type Value = UsageClass;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the key of a use class")
            }

            fn visit_str<E: de::Error>(self, key: &str) -> Result<UsageClass, E> {
                key.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_names_lead_back_to_their_class() {
        for class in UsageClass::WELL_KNOWN {
            assert_eq!(UsageClass::from_key(class.key()), Some(*class));
            assert_eq!(UsageClass::from_japanese(class.japanese()), Some(*class));
        }
        assert_eq!(UsageClass::BATHHOUSE.japanese(), "公衆浴場用");
        assert_eq!(UsageClass::from_japanese("温泉用"), None);
    }

    #[test]
    fn a_key_of_the_utility_is_taken_and_stands_for_its_name() {
        for key in ["a", "hot_spring", "class_7", "abcdefghijklmno"] {
            let class = UsageClass::from_key(key).unwrap();
            assert_eq!((class.key(), class.japanese()), (key, key));
            assert_eq!((class.to_string(), format!("{class:?}")), (key.into(), key.into()));
            assert_eq!(class.well_known_japanese(), None);
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "7up", "_a", "General", "hot-spring", "一般用", "a b", "abcdefghijklmnop"]
        {
            assert_eq!(UsageClass::from_key(text), None, "{text}");
            assert!(serde_json::from_value::<UsageClass>(text.into()).is_err(), "{text}");
        }
    }

    #[test]
    fn classes_are_ordered_as_their_keys() {
        let keys = ["a", "a_", "aa", "b", "business", "general", "generala"];
        let mut classes = keys.map(|key| UsageClass::from_key(key).unwrap());
        classes.sort_unstable();
        let mut sorted = keys;
        sorted.sort_unstable();
        assert_eq!(classes.each_ref().map(UsageClass::key), sorted);
    }

    #[test]
    fn a_class_travels_as_its_key() {
        let bytes = postcard::to_allocvec(&UsageClass::POOL).unwrap();
        assert_eq!(bytes, b"\x04pool");
        assert_eq!(postcard::from_bytes::<UsageClass>(&bytes).unwrap(), UsageClass::POOL);
        let json = serde_json::to_string(&UsageClass::POOL).unwrap();
        assert_eq!(serde_json::from_str::<UsageClass>(&json).unwrap(), UsageClass::POOL);
    }
}
