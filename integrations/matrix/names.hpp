#pragma once
// Identifiers, and how they stand in paths and answers. Pure.
#include <string>
#include <string_view>

namespace paperboy::integrations::matrix {

// What is wrong with a destination, or empty: !room:server (or !opaque, from room version 12 on), #alias:server,
// @user:server; at most 255 bytes ("Common identifier format").
std::string fault_of_destination(const std::string& destination);
// The server's part of a user's id.
std::string server_of(const std::string& user);
// A part of a path: everything but RFC 3986's unreserved characters percent-encoded.
std::string path_part(std::string_view text);
// The text under `key` of a JSON object; empty if it is not there, or none.
std::string text_at(const std::string& body, const char* key);

}  // namespace paperboy::integrations::matrix
