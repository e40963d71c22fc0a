#include "daemon/store/papers.hpp"
