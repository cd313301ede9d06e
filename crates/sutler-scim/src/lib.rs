//! SCIM 2.0 on the wire: text and JSON into the model's values and back, discovery documents.
