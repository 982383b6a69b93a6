//! The hash of a value, taken through serde: no bytes are kept, and no two values are hashed alike.
//!
//! Each part is written with a sign of its own in front, texts with their length, lists and maps with a sign at their end.

use std::fmt;

use serde::{
    Serialize, Serializer,
    ser::{
        SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
        SerializeTupleVariant,
    },
};
use sha2::{Digest as _, Sha256};

use super::Key;

/// Hashes a value; none where it says itself that it cannot be written.
pub(crate) fn digest(value: &impl Serialize) -> Option<Key> {
    let mut digest = Digest(Sha256::new());
    value.serialize(&mut digest).ok()?;
    Some(digest.0.finalize().into())
}

struct Digest(Sha256);

impl Digest {
    fn put(&mut self, sign: u8, bytes: &[u8]) {
        self.0.update([sign]);
        self.0.update(bytes);
    }

    fn put_counted(&mut self, sign: u8, bytes: &[u8]) {
        // A length in memory fits.
        self.put(sign, &(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn open(&mut self, sign: u8) -> &mut Self {
        self.put(sign, &[]);
        self
    }

    fn close(&mut self) {
        self.put(b')', &[]);
    }
}

/// Why a value has no hash.
#[derive(Debug)]
struct Unwritten(String);

impl fmt::Display for Unwritten {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Unwritten {}

impl serde::ser::Error for Unwritten {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Writes the methods for numbers, which differ in their sign alone.
macro_rules! numbers {
    ($($method:ident: $number:ty = $sign:literal),* $(,)?) => {
        $(fn $method(self, value: $number) -> Result<(), Unwritten> {
            self.put($sign, &value.to_le_bytes());
            Ok(())
        })*
    };
}

impl Serializer for &mut Digest {
    type Ok = ();
    type Error = Unwritten;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    numbers! {
        serialize_i8: i8 = b'a', serialize_i16: i16 = b'b', serialize_i32: i32 = b'c', serialize_i64: i64 = b'd',
        serialize_u8: u8 = b'e', serialize_u16: u16 = b'f', serialize_u32: u32 = b'g', serialize_u64: u64 = b'h',
        serialize_f32: f32 = b'i', serialize_f64: f64 = b'j',
    }

    fn serialize_bool(self, value: bool) -> Result<(), Unwritten> {
        self.put(b'?', &[u8::from(value)]);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Unwritten> {
        self.put(b'l', &u32::from(value).to_le_bytes());
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Unwritten> {
        self.put_counted(b's', value.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Unwritten> {
        self.put_counted(b'y', value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unwritten> {
        self.put(b'0', &[]);
        Ok(())
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Unwritten> {
        self.put(b'1', &[]);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unwritten> {
        self.put(b'u', &[]);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unwritten> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unwritten> {
        self.put_counted(b'v', variant.as_bytes());
        Ok(())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<(), Unwritten> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unwritten> {
        self.put_counted(b'w', variant.as_bytes());
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Unwritten> {
        Ok(self.open(b'('))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Unwritten> {
        Ok(self.open(b'('))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Unwritten> {
        Ok(self.open(b'('))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Unwritten> {
        self.put_counted(b'x', variant.as_bytes());
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Unwritten> {
        Ok(self.open(b'{'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unwritten> {
        Ok(self.open(b'{'))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Unwritten> {
        self.put_counted(b'z', variant.as_bytes());
        Ok(self)
    }

    /// A part may be written shorter for the eye of a machine.
    fn is_human_readable(&self) -> bool {
        false
    }
}

/// Writes the traits of lists, which differ in the names of their methods alone.
macro_rules! lists {
    ($($name:ident: $method:ident),* $(,)?) => {
        $(impl $name for &mut Digest {
            type Ok = ();
            type Error = Unwritten;

            fn $method<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Unwritten> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Unwritten> {
                self.close();
                Ok(())
            }
        })*
    };
}

lists! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

/// Writes the traits of structs.
macro_rules! structs {
    ($($name:ident),*) => {
        $(impl $name for &mut Digest {
            type Ok = ();
            type Error = Unwritten;

            fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Result<(), Unwritten> {
                self.put_counted(b's', key.as_bytes());
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Unwritten> {
                self.close();
                Ok(())
            }
        })*
    };
}

structs!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for &mut Digest {
    type Ok = ();
    type Error = Unwritten;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Unwritten> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Unwritten> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Unwritten> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::digest;

    #[test]
    fn values_that_differ_have_hashes_that_differ() {
        let mut hashes = vec![
            digest(&("a", "bc")),
            digest(&("ab", "c")),
            digest(&["a", "bc", ""]),
            digest(&(("a",), "bc")),
            digest(&("a", ("bc",))),
            digest(&(Some("a"), "bc")),
            digest(&("a", None::<&str>, "bc")),
            digest(&("a", 1_u8)),
            digest(&("a", 1_u16)),
            digest(&("a", true)),
            digest(&BTreeMap::from([("a", "bc")])),
            digest(&BTreeMap::from([("a", ["bc"])])),
            digest(&(Vec::<u8>::new(), Vec::<u8>::new())),
            digest(&(Vec::<Vec<u8>>::new(),)),
            digest(&(vec![Vec::<u8>::new()],)),
            digest(&'a'),
            digest(&()),
        ];
        assert!(hashes.iter().all(Option::is_some));
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
        assert_eq!(digest(&("a", 1)), digest(&("a", 1)));
    }
}
