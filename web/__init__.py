"""What is served beside the screens: the pages for sellers, Amazon's ways back, exports, health.

Here are also the gate in front of all of it, what Streamlit's server is made to do for the desk,
and the commands of manage.py.
"""
