#pragma once
// Lists inside a column: JSON arrays of strings, "" when empty. Inside store/ only.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/match.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::store {

std::string encode_list(std::span<const std::string> list);
// Throws StoreError if the text is no list.
std::vector<std::string> decode_list(std::string_view text);

// [["phrase","gaussian splatting","title"],...]
std::string encode_reasons(std::span<const paper::Reason> reasons);
std::vector<paper::Reason> decode_reasons(std::string_view text);

// [["title","On X","On Y"],["abstract","",""]]
std::string encode_changes(std::span<const paper::Change> changes);
std::vector<paper::Change> decode_changes(std::string_view text);

}  // namespace paperboy::store
