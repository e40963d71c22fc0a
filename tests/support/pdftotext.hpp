#pragma once
// What tests need that run pdftotext in its sandbox. scripts/setup installs poppler-utils; a kernel cannot be
// installed.
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/landlock.hpp"
#include "tests/support/shared_data.hpp"

// First line of such a test (or of a fixture's SetUp): skips with a notice where there is no pdftotext, which is a
// failure in CI, or where the kernel has no Landlock.
#define PAPERBOY_NEED_PDFTOTEXT()                                                                               \
  if (access("/usr/bin/pdftotext", X_OK) != 0) {                                                                \
    if (::paperboy::test::in_ci()) FAIL() << "pdftotext is not installed (poppler-utils), and CI must have it"; \
    GTEST_SKIP() << "pdftotext is not installed (poppler-utils)";                                               \
  }                                                                                                             \
  if (!::paperboy::test::has_landlock())                                                                        \
  GTEST_SKIP() << "this kernel has no Landlock: PDFs are not read here, and "                                   \
                  "what reads them is not tested"
