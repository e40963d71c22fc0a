#pragma once
// What a model is asked: prompts filled with papers. Papers are data: they stand between two lines that name a random
// boundary, and what could pass for the boundary, for a model's control tokens or is invisible is taken out of them
// (spotlighting: Hines et al. 2024, arXiv:2403.14720, the delimiting form). Pure.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/full_text.hpp"
#include "daemon/paper/person.hpp"
#include "daemon/reading/prompts.hpp"

namespace paperboy::reading {

// The parts of the deep reading and of the short one, in the order they are shown; and those of a digest's overview.
std::span<const std::string_view> deep_parts();
std::span<const std::string_view> short_parts();
std::span<const std::string_view> overview_parts();

struct Ask {
  std::string system, user, schema_name, schema;
};

// `parts` of deep_parts() and short_parts(). At most `most_bytes` of the text go in: its beginning, and the end where
// that is a conclusion, whole paragraphs; headings stand in brackets.
Ask ask_analysis(const Prompt& prompt, const paper::FullText& text, std::span<const std::string> parts,
                 std::string_view language, std::string_view boundary, std::size_t most_bytes);

// `texts`: those of the abstracts, in the order of the digest; as many as `most_bytes` hold.
Ask ask_overview(const Prompt& prompt, std::span<const paper::FullText> texts, std::span<const paper::Topic> topics,
                 std::string_view language, std::string_view boundary, std::size_t most_bytes);
Ask ask_scores(const Prompt& prompt, std::span<const paper::FullText> texts, std::span<const paper::Topic> topics,
               std::string_view language, std::string_view boundary);

// Without what is invisible, turns the direction of writing, or is a control token of a model; one line.
std::string harmless(std::string_view text);

// "Chinese (zh)", for a prompt.
std::string language_name(std::string_view code);

}  // namespace paperboy::reading
