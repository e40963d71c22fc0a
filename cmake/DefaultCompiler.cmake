# Chooses a compiler that builds coroutines correctly, unless the user named one (CXX or -DCMAKE_CXX_COMPILER).
# Debian 12's c++ is g++ 12, which CMakeLists.txt refuses; its clang-19 is the compiler to use there. Elsewhere it is g++,
# even where clang was installed for fuzzing.
if(NOT DEFINED ENV{CXX} AND NOT CMAKE_CXX_COMPILER)
  find_program(PAPERBOY_CXX NAMES g++-14 g++-13 clang++-19 clang++-18 clang++-17 clang++-16)
  if(PAPERBOY_CXX)
    set(CMAKE_CXX_COMPILER ${PAPERBOY_CXX})
  endif()
endif()
