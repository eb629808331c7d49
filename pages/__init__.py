"""The screens: one file each; what they share lies in parts/."""
